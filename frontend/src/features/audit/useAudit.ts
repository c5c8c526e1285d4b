// The entries: pages from the server, the newest first. No live message tells of them, so who looks asks again.
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import type { Entry } from "../../words/audit";
import { type AuditView, addressOf, auditQuery } from "./view";

const PAGE = 100;
const KEPT_MILLISECONDS = 300_000;

export interface AuditList {
  rows: Entry[];
  /** When it was asked for, ISO 8601. */
  asOf: string;
  isPending: boolean;
  error: unknown;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore(): void;
  /** Load the list anew, from its beginning. */
  reload(): void;
}

export function useAudit(view: AuditView): AuditList {
  const { api } = useServices();
  const client = useQueryClient();
  const [began, setBegan] = useState(() => Date.now());
  const query = useMemo(() => auditQuery(view, began), [view, began]);
  const key = useMemo(() => ["audit", addressOf(view)], [view]);
  const found = useInfiniteQuery({
    queryKey: key,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const given = { ...query, limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) };
      const page = await answered(api.GET("/audit", { params: { query: given }, signal }));
      return { ...page, asOf: Date.now() };
    },
    getNextPageParam: (page) => page.next_cursor,
    gcTime: KEPT_MILLISECONDS,
    // Looking again would read every page that was scrolled through.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.entries) ?? [], [found.data]);
  return {
    rows,
    asOf: new Date(found.data?.pages[0]?.asOf ?? began).toISOString(),
    isPending: found.isPending,
    error: found.error,
    hasMore: found.hasNextPage,
    isLoadingMore: found.isFetchingNextPage,
    loadMore: () => void found.fetchNextPage({ cancelRefetch: false }),
    reload: () => {
      setBegan(Date.now());
      void client.resetQueries({ queryKey: key, exact: true });
    },
  };
}
