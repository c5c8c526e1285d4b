// Keeps a list of documents current for as long as its pages are kept, also while nobody looks at it.
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { FOLDERS } from "../../library/folders";
import { topicOf, type View } from "../../library/view";
import type { LiveConnection, Message } from "../../live/connection";
import { applied, type RowPage } from "./rows";

/** Lists, and numbers of documents in folders, follow with a delay. */
const LISTED_MILLISECONDS = 1_000;
const COUNTS_MILLISECONDS = 2_000;
/** A page that was asked for before a change may come after its message: what was told last is applied to it. */
const RECENT_AT_MOST = 500;

export class LiveList {
  static #all = new WeakMap<QueryClient, Map<string, LiveList>>();
  /** Documents that came and are not among the rows. */
  fresh = new Set<string>();
  #listeners = new Set<() => void>();
  #stop: (() => void) | null = null;
  #recent: Message[] = [];
  #soon: ReturnType<typeof setTimeout> | undefined;
  #counts: ReturnType<typeof setTimeout> | undefined;

  /** The one of the list whose pages are kept under `key`. */
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
      if (event.query !== query) return;
      if (event.type === "updated" && event.action.type === "success" && !event.action.manual) this.#catchUp();
      if (event.type !== "removed") return;
      unwatch();
      unsubscribe();
      this.#stop = null;
      this.forget();
    });
    this.#stop = unwatch;
  }

  reload(): void {
    this.fresh = new Set();
    this.#recent = [];
    this.#told();
    void this.client.resetQueries({ queryKey: this.key, exact: true });
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #hear(message: Message): void {
    this.#recent = [...this.#recent.slice(1 - RECENT_AT_MOST), message];
    this.#countAgain(message);
    this.#apply(message);
  }

  #catchUp(): void {
    for (const message of this.#recent) this.#apply(message);
  }

  #apply(message: Message): void {
    const data = this.client.getQueryData<InfiniteData<RowPage>>(this.key);
    if (data === undefined) return;
    const { pages, isNew } = applied(data.pages, message, this.view);
    if (pages !== data.pages) this.client.setQueryData(this.key, { ...data, pages });
    if (isNew) this.#cameNew(message, pages);
    else this.#forgetFresh(message.doc_hash);
  }

  #cameNew(message: Message, pages: RowPage[]): void {
    // There is nothing that could jump; the server's list has it a moment later.
    if (pages.every((page) => page.rows.length === 0)) {
      this.#soon ??= setTimeout(() => {
        this.#soon = undefined;
        this.reload();
      }, LISTED_MILLISECONDS);
    } else if (!this.fresh.has(message.doc_hash)) {
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
