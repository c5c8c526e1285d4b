// Entries of the audit log in words.
import type { Schemas } from "../api/client";
import { runIdOf } from "./runs";
import type { Tone } from "./status";

export type Entry = Schemas["AuditEntry"];
export type Outcome = Schemas["Outcome"];
export type CallerKind = Schemas["CallerKind"];

export const OUTCOMES: Record<Outcome, { label: string; tone: Tone; means: string }> = {
  accepted: { label: "Accepted", tone: "good", means: "It was taken, and goes on as a run." },
  done: { label: "Done", tone: "good", means: "Nothing is left to do." },
  refused: { label: "Refused", tone: "warn", means: "Nothing was changed." },
  failed: { label: "Failed", tone: "bad", means: "It met an error on its way: a part of it may have been done." },
  unknown: {
    label: "Outcome unknown",
    tone: "plain",
    means: "It began, and how it ended was not written: it goes on at this moment, or its function died.",
  },
};

/** What a document's operation is, where no other route says it more exactly. */
export const SUBMITTED: Record<Schemas["Operation"], string> = {
  CREATE: "New document",
  UPDATE: "Update",
  DELETE: "Deletion",
  CLEAN: "Removal of leftovers",
};

const ACTIONS: Record<Exclude<Schemas["Action"], "submitOperation">, string> = {
  requestUpload: "Address for an upload",
  editDocument: "Edit",
  retryDocument: "Retry",
  moveFolder: "Move of a folder",
  deleteFolder: "Deletion of a folder",
  redrive: "Redrive of dead letters",
  sweep: "Sweep",
  startReconciliation: "Comparison",
  startRebuild: "Rebuild",
  startReindex: "Reindex",
  deleteIndex: "Deletion of an index",
};

/** What was asked for: `Deletion of a folder`. Of a document in a folder that was changed, what that is for it. */
export function actionWords({ action, operation, doc_hash }: Pick<Entry, "action" | "operation" | "doc_hash">): string {
  if (action === "submitOperation") return operation === null ? "Operation on a document" : SUBMITTED[operation];
  if (doc_hash !== null && action === "moveFolder") return "Move with its folder";
  if (doc_hash !== null && action === "deleteFolder") return "Deletion with its folder";
  return ACTIONS[action];
}

/** Who asked, where no subject of tokens says it. */
export const CALLERS: Record<Exclude<CallerKind, "token">, string> = {
  signature: "Signed request",
  operation: "Run of an operation",
  nobody: "Nobody who proved anything",
};

/** Who asked, in one line. */
export function callerWords({ kind, subject }: Entry["caller"]): string {
  if (kind === "token") return subject ?? "a token without a subject";
  return subject === null ? CALLERS[kind].toLowerCase() : `${CALLERS[kind].toLowerCase()} ${subject}`;
}

/** Longer names end in a digest, which is not made here. */
const RUN_NAME_MAX = 80;

/** The runs that an entry leads to, by their ids: those that it names, or the first one of the version that was accepted. */
export function runsOf({ runs, doc_hash, operation, version, outcome }: Entry): string[] {
  if (runs.length > 0 || outcome !== "accepted" || doc_hash === null || operation === null || version === null) {
    return runs;
  }
  const name = `${doc_hash}-${version}`;
  return name.length > RUN_NAME_MAX ? [] : [runIdOf(operation, name)];
}
