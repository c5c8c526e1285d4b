// What was deleted while the page was open. An answer that was asked for before it may come after it: nothing of such a
// version is shown.
import type { Message } from "./connection";

export class Withdrawn {
  #versions = new Map<string, number>();
  #listeners = new Set<() => void>();
  #count = 0;

  /** Take note of what a live message says. */
  hear(message: Message): void {
    if (message.operation === "DELETE") this.add(message.doc_hash, message.version);
  }

  /** Nothing of the document up to this version is shown any more. */
  add(docHash: string, version: number): void {
    if (this.has(docHash, version)) return;
    this.#versions.set(docHash, version);
    this.#count += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  has(docHash: string, version: number): boolean {
    return version <= (this.#versions.get(docHash) ?? 0);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Another number after each change. */
  count(): number {
    return this.#count;
  }
}
