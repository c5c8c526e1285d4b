// A document's status in words, and what there is to do.
import type { DocumentStatus } from "../api/client";

export type Tone = "good" | "busy" | "warn" | "bad" | "plain";

export interface StatusWords {
  label: string;
  tone: Tone;
  means: string;
}

export const STATUS: Record<DocumentStatus, StatusWords> = {
  queued: { label: "Waiting", tone: "busy", means: "Accepted, and waiting for its turn." },
  processing: { label: "In work", tone: "busy", means: "It is being cut, embedded and written." },
  indexed: { label: "Indexed", tone: "good", means: "Search finds it, and its backup is written." },
  partial: {
    label: "Incomplete",
    tone: "warn",
    means: "A part could not be written; it waits in a dead letter queue.",
  },
  failed: { label: "Failed", tone: "bad", means: "Its latest version could not be indexed. Retry it." },
  deleting: {
    label: "Being deleted",
    tone: "busy",
    means: "Search finds nothing of it; what is left is being removed.",
  },
  deleted: { label: "Deleted", tone: "plain", means: "Search finds nothing of it, and its content is removed." },
};

export const STATUSES = Object.keys(STATUS) as DocumentStatus[];

/** Whether something is still being done with it. */
export function isUnderWay(status: DocumentStatus): boolean {
  return status === "queued" || status === "processing" || status === "deleting";
}
