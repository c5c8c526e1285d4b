// One file of the list: what is known of it, and how far it is.
import type { DocumentStatus, Schemas } from "../api/client";
import type { Message } from "../live/connection";
import type { Told } from "../words/problems";
import { isUnderWay } from "../words/status";
import type { Source } from "./source";

export type UploadState =
  /** Its bytes are looked at, here. */
  | { is: "looking" }
  /** It is never sent, and why. */
  | { is: "left out"; why: Told }
  /** For its turn to be sent. */
  | { is: "waiting" }
  /** The service has it as it is. */
  | { is: "unchanged"; version: number }
  /** `bytes` of it are through, where that can be told: of a large one. */
  | { is: "sending"; bytes: number | null }
  /** It could not be sent, and may be tried again. */
  | { is: "not sent"; error: unknown }
  /** Accepted as `version`; the rest is where the document stands now. */
  | { is: "sent"; version: number; now: Standing };

export type Standing = Pick<Message, "version" | "status" | "error" | "progress">;

export interface Row {
  key: number;
  /** Which drop it came with: files of one are told apart from each other. */
  drop: number;
  path: string;
  root: string | null;
  size: number;
  source: Source | null;
  encoding: string | null;
  sha256: string | null;
  /** Another file of the same drop with the same content. */
  twin: string | null;
  state: UploadState;
}

/** How a file is called in the list: with the folder that it came in. */
export function nameOf({ path, root }: { path: string; root: string | null }): string {
  return root === null ? path : `${root}/${path}`;
}

export const GROUPS = ["under way", "indexed", "unchanged", "failed", "left out"] as const;
export type Group = (typeof GROUPS)[number];

export function groupOf({ state }: Row): Group {
  switch (state.is) {
    case "unchanged":
    case "left out":
      return state.is;
    case "not sent":
      return "failed";
    case "sent":
      if (isUnderWay(state.now.status)) return "under way";
      return state.now.status === "failed" || state.now.status === "partial" ? "failed" : "indexed";
    default:
      return "under way";
  }
}

export function counted(rows: readonly Row[]): Record<Group, number> {
  const counts: Record<Group, number> = { "under way": 0, indexed: 0, unchanged: 0, failed: 0, "left out": 0 };
  for (const row of rows) counts[groupOf(row)] += 1;
  return counts;
}

/** Whether something of it is still to be done by this page: it would be lost with the page. */
export function isUnsent({ state }: Row): boolean {
  return state.is === "looking" || state.is === "waiting" || state.is === "sending";
}

/** Whether it can be sent again. */
export function canRetry({ state }: Row): boolean {
  return state.is === "not sent" || (state.is === "sent" && state.now.status === "failed");
}

/** How far the files are that are to be sent: those that the service has, and how many there are of them. */
export function progressOf(rows: readonly Row[]): { through: number; all: number } {
  const sendable = rows.filter(({ state }) => state.is !== "left out");
  const through = sendable.filter(({ state }) => state.is === "sent" || state.is === "unchanged");
  return { through: through.length, all: sendable.length };
}

/** The row once the document stands so. What is of an older version than the one that was sent says nothing of it. */
export function applied(row: Row, now: Standing): Row {
  const { state } = row;
  if (state.is !== "sent" || now.version < state.now.version) return row;
  const { version, status, error, progress = null } = now;
  return { ...row, state: { ...state, now: { version, status, error, progress } } };
}

/** The state of a file that the service has as it is. What is still on its way is followed. */
export function knownAs({ version, status }: Pick<Schemas["Compared"], "version" | "status">): UploadState {
  if (status === null || !isUnderWay(status)) return { is: "unchanged", version };
  return { is: "sent", version, now: { version, status, error: null } };
}

/** The row once the service has answered. */
export function answeredWith(row: Row, accepted: Schemas["Accepted"]): Row {
  const { version } = accepted;
  if (accepted.status === "unchanged") return { ...row, state: { is: "unchanged", version } };
  const status: DocumentStatus = "queued";
  return { ...row, state: { is: "sent", version, now: { version, status, error: null } } };
}
