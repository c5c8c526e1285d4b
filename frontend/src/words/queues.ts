// The dead letter queues in words.
import type { Schemas } from "../api/client";

export type Queue = Schemas["DeadLetterQueue"];

export const QUEUES: Record<Queue, { label: string; holds: string }> = {
  pinecone: {
    label: "Vector index",
    holds: "Passages that could not be written to the vector index, or removed from it.",
  },
  s3: { label: "Backups", holds: "Backups of passages that could not be written, or removed." },
  create: { label: "New documents", holds: "Messages of new documents that started no run, five times." },
  update: { label: "Updates", holds: "Messages of updates that started no run, five times." },
  delete: { label: "Deletions", holds: "Messages of deletions that started no run, five times." },
};

/** Those whose letters have an error, and are redriven by a run. */
export function isBranch(queue: Queue): boolean {
  return queue === "pinecone" || queue === "s3";
}
