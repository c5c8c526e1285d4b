import { type InfiniteData, InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FIRST } from "../../library/view";
import type { LiveConnection, Message, Watcher } from "../../live/connection";
import { LiveList } from "./liveList";
import type { Row, RowPage } from "./rows";

const KEY = ["documents", {}];
const row = (doc_hash: string, given: Partial<Row> = {}): Row => ({
  doc_hash,
  title: doc_hash,
  folder: "/",
  status: "processing",
  operation: "CREATE",
  version: 1,
  indexed_version: 0,
  error: null,
  updated_at: "2026-01-01T10:00:00+00:00",
  ...given,
});
const message = (doc_hash: string, given: Partial<Message> = {}): Message => ({
  ...row(doc_hash, { status: "indexed", indexed_version: 1 }),
  topic: "documents",
  type: "document",
  at: "2026-01-01T10:00:05+00:00",
  revision: 2,
  ...given,
});

let server: Row[][] = [];
let watchers: Set<Watcher>;
let client: QueryClient;
let observer: InfiniteQueryObserver<RowPage, Error, InfiniteData<RowPage>, string[], number>;
let list: LiveList;

const tell = (told: Message) => {
  for (const watcher of [...watchers]) watcher.onMessage(told);
};
const rows = () =>
  (client.getQueryData<InfiniteData<RowPage>>(KEY)?.pages ?? []).flatMap((page) =>
    page.rows.map((each) => `${each.doc_hash} ${each.status}`),
  );

beforeEach(() => {
  vi.useFakeTimers();
  watchers = new Set();
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  observer = new InfiniteQueryObserver(client, {
    queryKey: KEY as string[],
    initialPageParam: 0,
    queryFn: async ({ pageParam }): Promise<RowPage> => {
      const read = server[pageParam] ?? [];
      await new Promise((answered) => setTimeout(answered, 100));
      return { rows: read, next: pageParam + 1 < server.length ? String(pageParam + 1) : null };
    },
    getNextPageParam: (page) => (page.next === null ? null : Number(page.next)),
    gcTime: 1_000,
  });
  const live = {
    watch: (_: string, watcher: Watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  } as unknown as LiveConnection;
  list = LiveList.of(client, live, KEY, FIRST);
});
afterEach(() => {
  client.clear();
  vi.useRealTimers();
});

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

it("a page that was read before a change is shown as after it", async () => {
  server = [[row("a")], [row("b"), row("c")]];
  const leave = observer.subscribe(() => {});
  list.use();
  await pass(50);
  tell(message("a"));
  await pass(100);
  expect(rows()).toEqual(["a indexed"]);
  void observer.fetchNextPage();
  await pass(50);
  tell(message("b", { operation: "DELETE", status: "deleting", version: 2, revision: 3 }));
  await pass(100);
  expect(rows()).toEqual(["a indexed", "c processing"]);
  leave();
});

it("new documents are counted until they are shown", async () => {
  server = [[row("a")]];
  const leave = observer.subscribe(() => {});
  list.use();
  await pass(100);
  tell(message("new", { status: "queued" }));
  tell(message("new"));
  expect([...list.fresh]).toEqual(["new"]);
  expect(rows()).toEqual(["a processing"]);
  server = [[row("new"), row("a")]];
  list.reload();
  expect(list.fresh.size).toBe(0);
  await pass(100);
  expect(rows()).toEqual(["new processing", "a processing"]);
  leave();
});

it("one that is deleted before it was shown is not counted any more", async () => {
  server = [[row("a")]];
  const leave = observer.subscribe(() => {});
  list.use();
  await pass(100);
  tell(message("new"));
  tell(message("new", { operation: "DELETE", status: "deleting", version: 2, revision: 3 }));
  expect(list.fresh.size).toBe(0);
  leave();
});

it("an empty list shows what comes by itself", async () => {
  server = [[]];
  const leave = observer.subscribe(() => {});
  list.use();
  await pass(100);
  server = [[row("first")]];
  tell(message("first"));
  await pass(1_200);
  expect(rows()).toEqual(["first processing"]);
  leave();
});

it("a list that nobody looks at is followed until its pages are gone", async () => {
  server = [[row("a")]];
  const leave = observer.subscribe(() => {});
  list.use();
  await pass(100);
  leave();
  tell(message("a"));
  expect(rows()).toEqual(["a indexed"]);
  await pass(1_100);
  expect(watchers.size).toBe(0);
});
