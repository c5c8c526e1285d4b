// How far something is, in words. What waits for its turn, what waits for an instance, what runs and what is stalled look
// different.
import type { DocumentStatus, Schemas } from "../api/client";
import { count, many } from "./number";
import { STATUS, type StatusWords } from "./status";
import { duration } from "./time";

export type Progress = Schemas["Progress"];

/** Whether nothing newer came for longer than there should. `now` is in milliseconds. */
export function isStalled(progress: Progress, now: number): boolean {
  return progress.stalled_after !== null && Date.parse(progress.stalled_after) < now;
}

/** The words for a status, with how far it is where that is known. */
export function statusWords(status: DocumentStatus, progress: Progress | null | undefined, now: number): StatusWords {
  const plain = STATUS[status];
  if (!progress) return plain;
  if (isStalled(progress, now)) return { label: "Stalled", tone: "bad", means: progress.press.why };
  switch (progress.state) {
    case "queued":
      return progress.waiting
        ? { ...plain, means: `About ${many(progress.waiting, "operation")} wait in its queue.` }
        : plain;
    case "waking":
      return { label: "Waking up", tone: "warn", means: wakingWords(progress) };
    default: {
      const counted = counts(progress);
      return counted === null ? plain : { ...plain, label: counted, means: `${counted} ${progress.unit ?? ""}`.trim() };
    }
  }
}

function wakingWords(progress: Progress): string {
  const waits = "It waits for an instance of the embedding service.";
  return progress.usual_seconds === null
    ? waits
    : `${waits} That usually takes up to ${duration(progress.usual_seconds)}.`;
}

/** Such as `64 of 120`; null where nothing is counted. */
function counts(progress: Progress): string | null {
  if (progress.done === null) return null;
  return progress.of === null ? count(progress.done) : `${count(progress.done)} of ${count(progress.of)}`;
}
