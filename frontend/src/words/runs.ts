// Runs and their states in words.
import type { Schemas } from "../api/client";
import type { Tone } from "./status";

export type Run = Schemas["RunSummary"];
export type RunStatus = Schemas["RunStatus"];
export type StateMachine = Schemas["StateMachine"];
type StateStatus = Schemas["NodeStatus"] | Schemas["StateStatus"];

export const RUN_STATUS: Record<RunStatus, { label: string; tone: Tone }> = {
  running: { label: "Running", tone: "busy" },
  succeeded: { label: "Succeeded", tone: "good" },
  failed: { label: "Failed", tone: "bad" },
  timed_out: { label: "Timed out", tone: "bad" },
  aborted: { label: "Ended early", tone: "warn" },
};

export const STATE_STATUS: Record<StateStatus, { label: string; tone: Tone; means: string }> = {
  not_entered: { label: "Not entered", tone: "plain", means: "The run has not come here." },
  running: { label: "At work", tone: "busy", means: "An attempt is at work." },
  waiting: { label: "Waiting", tone: "warn", means: "It failed and will be tried again, or it only waits." },
  succeeded: { label: "Done", tone: "good", means: "It ended well." },
  caught: {
    label: "Failed, went on",
    tone: "warn",
    means: "Its last attempt failed; the run went on with what is there for that.",
  },
  failed: { label: "Failed", tone: "bad", means: "It failed, and what is around it failed too." },
  aborted: {
    label: "Left early",
    tone: "warn",
    means: "It was left before it ended: another branch failed, or the run was ended.",
  },
};

export const MACHINES: Record<StateMachine, string> = {
  create: "Create",
  update: "Update",
  delete: "Delete",
  redrive: "Redrive",
  reconcile: "Comparison",
  rebuild: "Rebuild",
  reindex: "Reindex",
  folder_change: "Folder change",
};

export const RUN_STATUSES = Object.keys(RUN_STATUS) as RunStatus[];
export const STATE_MACHINES = Object.keys(MACHINES) as StateMachine[];

/** What a run is called: `Update of handbook-7, version 3`. */
export function runName(run: Pick<Run, "document" | "state_machine" | "name">): string {
  if (run.document === null) return `${MACHINES[run.state_machine]} ${run.name}`;
  const { doc_hash, version, operation } = run.document;
  return `${operation === "CLEAN" ? "Removal of leftovers" : MACHINES[run.state_machine]} of ${doc_hash}, version ${version}`;
}

/** Seconds from its beginning to its end; null while it runs. */
export function secondsOf(run: Pick<Run, "started_at" | "ended_at">): number | null {
  return run.ended_at === null ? null : (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000;
}

/** Whether it ended otherwise than well. */
export function endedBadly(status: RunStatus): boolean {
  return status !== "running" && status !== "succeeded";
}

/** The run that a letter's execution is: its machine is named by the operation, as the API names runs. */
export function runIdOf(operation: Schemas["Operation"], executionArn: string): string {
  const machine = operation === "CLEAN" ? "delete" : operation.toLowerCase();
  return `${machine}-${executionArn.slice(executionArn.lastIndexOf(":") + 1)}`;
}
