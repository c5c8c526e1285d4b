// Dead letters, put together by what they failed with.
import type { Schemas } from "../api/client";

export type Letter = Schemas["DeadLetter"];
export type QueueContent = Schemas["DeadLetterQueueContent"];

/** Which letters of a queue are redriven: all, or those with what is named. */
export interface Choice {
  branch: Schemas["DeadLetterQueue"];
  message_id?: string;
  doc_hash?: string;
  error_type?: string;
  /** What they are called in a sentence: `all letters`. */
  called: string;
}

export interface LetterGroup {
  /** The type of the error; null for messages that started no run, and such as cannot be parsed. */
  error: string | null;
  letters: Letter[];
}

/** The letters by the type of their error, the largest group first. */
export function grouped(letters: readonly Letter[]): LetterGroup[] {
  const groups = new Map<string | null, Letter[]>();
  for (const letter of letters) {
    const error = letter.error?.type ?? null;
    groups.set(error, [...(groups.get(error) ?? []), letter]);
  }
  return [...groups]
    .map(([error, inside]) => ({ error, letters: inside }))
    .sort((a, b) => b.letters.length - a.letters.length);
}

/** The run that a redrive's execution is. */
export function redriveRun(execution: string): string {
  return `redrive-${execution}`;
}
