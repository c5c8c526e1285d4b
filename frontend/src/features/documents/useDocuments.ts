// The list: pages from the server, and what changes live. A list that is left stays current for a while, so that who comes
// back finds it as it was.
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { listQuery, type View } from "../../library/view";
import { useWithdrawn } from "../../live/useLive";
import { LiveList } from "./liveList";
import { type Row, type RowPage, rowOf } from "./rows";

const PAGE = 100;
const KEPT_MILLISECONDS = 300_000;

export interface DocumentsList {
  rows: Row[];
  /** Documents that came and are not among the rows. */
  fresh: number;
  isPending: boolean;
  error: unknown;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore(): void;
  /** Load the list anew, from its beginning. */
  reload(): void;
}

export function useDocuments(view: View): DocumentsList {
  const { api, live } = useServices();
  const client = useQueryClient();
  const isWithdrawn = useWithdrawn();
  const query = listQuery(view);
  const key = useMemo(() => ["documents", listQuery(view)], [view]);
  const found = useInfiniteQuery({
    queryKey: key,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }): Promise<RowPage> => {
      const page = await answered(
        api.GET("/documents", {
          params: { query: { ...query, limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) } },
          signal,
        }),
      );
      return { rows: page.documents.map(rowOf), next: page.next_cursor };
    },
    getNextPageParam: (page) => page.next,
    gcTime: KEPT_MILLISECONDS,
    // It is kept current by live messages; a second look would read every page that was scrolled through.
    staleTime: Number.POSITIVE_INFINITY,
  });

  useEffect(() => LiveList.of(client, live, key, view).use(), [client, live, key, view]);
  const list = LiveList.of(client, live, key, view);
  const fresh = useSyncExternalStore(
    (listener) => list.subscribe(listener),
    () => list.fresh.size,
  );
  const pages = found.data?.pages;
  const rows = useMemo(() => shown(pages ?? [], isWithdrawn), [pages, isWithdrawn]);
  return {
    rows,
    fresh,
    isPending: found.isPending,
    error: found.error,
    hasMore: found.hasNextPage,
    isLoadingMore: found.isFetchingNextPage,
    loadMore: () => void found.fetchNextPage({ cancelRefetch: false }),
    reload: () => list.reload(),
  };
}

/** The rows without what was deleted meanwhile. A document whose place changed while pages were read may be on two. */
function shown(pages: RowPage[], isWithdrawn: (docHash: string, version: number) => boolean): Row[] {
  const seen = new Set<string>();
  return pages
    .flatMap((page) => page.rows)
    .filter((row) => row.operation === "DELETE" || !isWithdrawn(row.doc_hash, row.version))
    .filter((row) => !seen.has(row.doc_hash) && seen.add(row.doc_hash));
}
