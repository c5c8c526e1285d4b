// The rows that are shown: who shows them is told what changed, and who would leave while something is unsent is asked.
import { isUnsent, type Row, type UploadState } from "./rows";

const TOLD_EVERY_MILLISECONDS = 30;

export interface Uploads {
  /** Those of the newest drop first. */
  rows: readonly Row[];
  paused: boolean;
  /** The service does not answer; it is asked again until it does. */
  unreachable: boolean;
}

export class RowStore {
  #rows = new Map<number, Row>();
  #listeners = new Set<() => void>();
  #shown: Uploads = { rows: [], paused: false, unreachable: false };
  #telling: ReturnType<typeof setTimeout> | undefined;
  #guarded = false;

  /** `flags` says what is so beside the rows. */
  constructor(private readonly flags: () => Omit<Uploads, "rows">) {}

  get(key: number): Row | undefined {
    return this.#rows.get(key);
  }

  all(): Row[] {
    return [...this.#rows.values()];
  }

  ofDocument(docHash: string): Row[] {
    return this.all().filter((row) => row.source?.doc_hash === docHash);
  }

  set(row: Row): void {
    this.#rows.set(row.key, row);
    this.changed();
  }

  /** Change a row, if it is still there. */
  change(key: number, changed: Partial<Row>): void {
    const row = this.#rows.get(key);
    if (row !== undefined) this.set({ ...row, ...changed });
  }

  become(key: number, state: UploadState): void {
    this.change(key, { state });
  }

  delete(key: number): void {
    this.#rows.delete(key);
    this.changed();
  }

  /** What changes within a moment is told together: a thousand files change some thousand times. */
  changed(): void {
    this.#telling ??= setTimeout(() => this.tell(), TOLD_EVERY_MILLISECONDS);
  }

  /** Tell what changed now. */
  tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    const rows = this.all().sort((one, other) => other.drop - one.drop || one.key - other.key);
    this.#shown = { rows, ...this.flags() };
    this.#guard(rows.some(isUnsent));
    for (const listener of [...this.#listeners]) listener();
  }

  uploads(): Uploads {
    return this.#shown;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #guard(unsent: boolean): void {
    if (unsent === this.#guarded) return;
    this.#guarded = unsent;
    if (unsent) addEventListener("beforeunload", askBeforeLeaving);
    else removeEventListener("beforeunload", askBeforeLeaving);
  }
}

function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
