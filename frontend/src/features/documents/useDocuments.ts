// The list: pages from the server, and what changes live. A list that is left stays current for a while, so that who comes
// back finds it as it was.
import { type InfiniteData, type QueryClient, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { FOLDERS } from "../../library/folders";
import { listQuery, topicOf, type View } from "../../library/view";
import type { LiveConnection, Message } from "../../live/connection";
import { useWithdrawn } from "../../live/useLive";
import { applied, type Row, type RowPage, rowOf } from "./rows";

const PAGE = 100;
const KEPT_MILLISECONDS = 300_000;
/** Numbers of documents in folders follow with a delay. */
const COUNTS_MILLISECONDS = 2_000;

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
  const rows = useMemo(
    () =>
      pages
        ?.flatMap((page) => page.rows)
        .filter((row) => row.operation === "DELETE" || !isWithdrawn(row.doc_hash, row.version)) ?? [],
    [pages, isWithdrawn],
  );
  return {
    rows: unique(rows),
    fresh,
    isPending: found.isPending,
    error: found.error,
    hasMore: found.hasNextPage,
    isLoadingMore: found.isFetchingNextPage,
    loadMore: () => void found.fetchNextPage({ cancelRefetch: false }),
    reload: () => list.reload(),
  };
}

/** A document whose place in the list changed while it was read may come on two pages. */
function unique(rows: Row[]): Row[] {
  const seen = new Set<string>();
  return rows.filter((row) => !seen.has(row.doc_hash) && seen.add(row.doc_hash));
}

/** What keeps a list current for as long as its pages are kept. */
class LiveList {
  static #all = new WeakMap<QueryClient, Map<string, LiveList>>();
  fresh = new Set<string>();
  #listeners = new Set<() => void>();
  #stop: (() => void) | null = null;
  #counts: ReturnType<typeof setTimeout> | undefined;

  static of(client: QueryClient, live: LiveConnection, key: readonly unknown[], view: View): LiveList {
    const lists = LiveList.#all.get(client) ?? new Map<string, LiveList>();
    LiveList.#all.set(client, lists);
    const name = JSON.stringify(key);
    const list = lists.get(name) ?? new LiveList(client, live, key, view, () => lists.delete(name));
    lists.set(name, list);
    return list;
  }

  constructor(
    private readonly client: QueryClient,
    private readonly live: LiveConnection,
    private readonly key: readonly unknown[],
    private readonly view: View,
    private readonly forget: () => void,
  ) {}

  /** Begin to follow, if it does not yet. It ends when the pages are not kept any more. */
  use(): void {
    if (this.#stop !== null) return;
    const unwatch = this.live.watch(topicOf(this.view), {
      onMessage: (message) => this.#hear(message),
      onReload: () => this.reload(),
    });
    const query = this.client.getQueryCache().find({ queryKey: this.key });
    const unsubscribe = this.client.getQueryCache().subscribe((event) => {
      if (event.type !== "removed" || event.query !== query) return;
      unwatch();
      unsubscribe();
      this.#stop = null;
      this.forget();
    });
    this.#stop = unwatch;
  }

  reload(): void {
    this.fresh = new Set();
    this.#told();
    void this.client.resetQueries({ queryKey: this.key, exact: true });
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #hear(message: Message): void {
    const data = this.client.getQueryData<InfiniteData<RowPage>>(this.key);
    this.#countAgain(message);
    if (data === undefined) return;
    const { pages, isNew } = applied(data.pages, message, this.view);
    if (pages !== data.pages) this.client.setQueryData(this.key, { ...data, pages });
    if (message.operation === "DELETE") this.#forgetFresh(message.doc_hash);
    if (!isNew) return;
    // There is nothing that could jump.
    if (pages.every((page) => page.rows.length === 0)) this.reload();
    else if (!this.fresh.has(message.doc_hash)) {
      this.fresh = new Set(this.fresh).add(message.doc_hash);
      this.#told();
    }
  }

  #forgetFresh(docHash: string): void {
    if (!this.fresh.delete(docHash)) return;
    this.#told();
  }

  /** Numbers in the folder tree change with documents that come, go or move. */
  #countAgain(message: Message): void {
    if (message.operation === "UPDATE" && message.status !== "indexed") return;
    this.#counts ??= setTimeout(() => {
      this.#counts = undefined;
      void this.client.invalidateQueries({ queryKey: [FOLDERS] });
    }, COUNTS_MILLISECONDS);
  }

  #told(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
