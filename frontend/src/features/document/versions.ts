// The versions of a document, as far as its record, its runs and the audit log tell of them. None of these keeps all of it: runs
// do not know who asked, only admins read the audit log, and both forget what is old.
import type { Document } from "../../api/client";
import { actionWords, type Entry, SUBMITTED } from "../../words/audit";
import type { Run } from "../../words/runs";

export interface Version {
  number: number;
  /** What it came of: `Edit`. Null where nothing tells. */
  kind: string | null;
  /** ISO 8601; null where nothing tells. */
  at: string | null;
  /** Whether that is when it was accepted; else it is when its run began. */
  isAccepted: boolean;
  caller: Entry["caller"] | null;
  /** The id of its run, if it is known to have one. */
  run: string | null;
  isServed: boolean;
}

type Known = Pick<Document, "version" | "served_version" | "operation" | "accepted_at" | "created_at">;

/** The newest `count` versions, the newest first. */
export function versionsOf(document: Known, runs: readonly Run[], entries: readonly Entry[], count: number): Version[] {
  const versions: Version[] = [];
  for (let number = document.version; number > 0 && versions.length < count; number--) {
    const entry = entries.find((each) => each.version === number);
    // The first run of the version is what was asked for; what removes leftovers is of the pipeline's own.
    const run = runs.findLast((each) => each.document?.version === number && each.document.operation !== "CLEAN");
    const operation = run?.document?.operation ?? (number === document.version ? document.operation : null);
    const accepted = entry?.at ?? acceptedAt(document, number);
    versions.push({
      number,
      kind: entry ? actionWords(entry) : operation && SUBMITTED[operation],
      at: accepted ?? run?.started_at ?? null,
      isAccepted: accepted !== null,
      caller: entry?.caller ?? null,
      run: run?.id ?? null,
      isServed: number === document.served_version,
    });
  }
  return versions;
}

/** The record knows it of the first version and of the latest one. */
function acceptedAt({ version, accepted_at, created_at }: Known, number: number): string | null {
  if (number === version) return accepted_at;
  return number === 1 ? created_at : null;
}
