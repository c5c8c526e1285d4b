// The files that are being uploaded. It lives beside the pages: who goes to another page of the dashboard finds it going on. Files are
// looked at and compared, sent a few at a time, and followed live until they are indexed.
import { inTurns } from "../library/inTurns";
import type { LiveConnection, Message } from "../live/connection";
import { UNREADABLE } from "../words/uploads";
import type { Gathered } from "./gather";
import { typeOf } from "./look";
import { Looking, type Unlooked } from "./looking";
import { Persistence } from "./persistence";
import { RowStore, type Uploads } from "./rowStore";
import { answeredWith, applied, canRetry, groupOf, nameOf, type UploadState } from "./rows";
import type { UploadService } from "./service";
import type { Target } from "./source";

const SENT_AT_A_TIME = 4;

export class UploadQueue {
  #files = new Map<number, File>();
  #toSend: number[] = [];
  #aborts = new Map<number, AbortController>();
  /** The newest of what was told of documents that are here: it may come before the answer to what it is about. */
  #told = new Map<string, Message>();
  #keys = 0;
  #drops = 0;
  #sending = 0;
  #paused = false;
  #unwatch: (() => void) | null = null;
  readonly #rows = new RowStore(() => ({ paused: this.#paused, unreachable: this.#persistence.isWaiting }));
  readonly #persistence = new Persistence(() => this.#rows.changed());
  readonly #looking: Looking;

  constructor(
    private readonly service: UploadService,
    private readonly live: Pick<LiveConnection, "watch">,
  ) {
    this.#looking = new Looking({
      rows: this.#rows,
      service,
      persistence: this.#persistence,
      remove: (keys) => this.remove(keys),
      send: (keys) => this.#sendLater(keys),
    });
  }

  /** Follow what becomes of documents, from now on. */
  follow(): void {
    this.#unwatch ??= this.live.watch("documents", {
      onMessage: (message) => this.#hear(message),
      onReload: () => void this.#lookUp(),
    });
  }

  uploads(): Uploads {
    return this.#rows.uploads();
  }

  subscribe(listener: () => void): () => void {
    return this.#rows.subscribe(listener);
  }

  /** Take what was dropped. Files of one drop are told apart; one that was here before is here anew. */
  add(gathered: readonly Gathered[], target: Target): void {
    this.follow();
    this.#forgetRefused(gathered);
    const drop = ++this.#drops;
    const files: Unlooked[] = [];
    for (const { path, root, file } of gathered) {
      const key = ++this.#keys;
      const type = file === null ? UNREADABLE : typeOf(path, file.size);
      const state: UploadState = typeof type === "string" ? { is: "looking" } : { is: "left out", why: type };
      const unknown = { source: null, encoding: null, sha256: null, twin: null };
      this.#rows.set({ key, drop, path, root, size: file?.size ?? 0, ...unknown, state });
      if (file === null || typeof type !== "string") continue;
      this.#files.set(key, file);
      files.push({ key, file, type, target });
    }
    this.#looking.take(files);
  }

  /** Send no more for now. What is being sent is sent. */
  pause(): void {
    this.#paused = true;
    this.#rows.tell();
  }

  resume(): void {
    this.#paused = false;
    this.#rows.tell();
    this.#fill();
  }

  /** Send again those of them that can be. */
  retry(keys: readonly number[]): void {
    this.#sendLater(
      keys.filter((key) => {
        const row = this.#rows.get(key);
        return row !== undefined && canRetry(row);
      }),
    );
  }

  /** Take them off the list. What is not sent yet is not sent any more. */
  remove(keys: readonly number[]): void {
    for (const key of keys) {
      this.#rows.delete(key);
      this.#files.delete(key);
      this.#aborts.get(key)?.abort();
    }
  }

  /** Take everything off the list that is over. */
  clear(): void {
    const over = this.#rows.all().filter((row) => groupOf(row) !== "under way");
    this.remove(over.map(({ key }) => key));
  }

  #sendLater(keys: readonly number[]): void {
    for (const key of keys) this.#rows.become(key, { is: "waiting" });
    this.#toSend.push(...keys);
    this.#fill();
  }

  /** Send what waits, as far as there is a turn. */
  #fill(): void {
    while (!this.#paused && this.#sending < SENT_AT_A_TIME) {
      const key = this.#toSend.shift();
      if (key === undefined) return;
      if (this.#rows.get(key)?.state.is !== "waiting") continue;
      this.#sending += 1;
      void this.#send(key).finally(() => {
        this.#sending -= 1;
        this.#fill();
      });
    }
  }

  async #send(key: number): Promise<void> {
    const file = this.#files.get(key);
    const source = this.#rows.get(key)?.source;
    if (file === undefined || !source) return;
    const abort = new AbortController();
    const { signal } = abort;
    const onBytes = (bytes: number) => this.#rows.become(key, { is: "sending", bytes });
    this.#aborts.set(key, abort);
    this.#rows.become(key, { is: "sending", bytes: null });
    try {
      const delivered = () => this.service.deliver({ file, source, onBytes, signal });
      const accepted = await this.#persistence.of(delivered, signal);
      const row = this.#rows.get(key);
      if (row === undefined) return;
      const sent = answeredWith(row, accepted);
      const told = this.#told.get(source.doc_hash);
      this.#rows.set(told ? applied(sent, told) : sent);
    } catch (error) {
      this.#rows.become(key, { is: "not sent", error });
    } finally {
      this.#aborts.delete(key);
    }
  }

  #hear(message: Message): void {
    for (const row of this.#rows.ofDocument(message.doc_hash)) {
      this.#told.set(message.doc_hash, message);
      this.#rows.set(applied(row, message));
    }
  }

  /** Ask where documents stand, since more has changed than was told. */
  async #lookUp(): Promise<void> {
    const sent = this.#rows.all().filter(({ state }) => state.is === "sent");
    await inTurns(sent, async ({ key, source }) => {
      if (source === null) return;
      const now = await this.service.standing(source.doc_hash);
      const row = this.#rows.get(key);
      if (row !== undefined) this.#rows.set(applied(row, now));
    });
  }

  /** What was left out before is looked at anew, and stands in the list once. */
  #forgetRefused(gathered: readonly Gathered[]): void {
    const names = new Set(gathered.map(nameOf));
    const before = this.#rows.all().filter((row) => row.state.is === "left out" && names.has(nameOf(row)));
    this.remove(before.map(({ key }) => key));
  }
}
