// Which entries are looked at: kept in the address, so that it can be shared, and asked of the API as its lists allow.
import { ANY_TIME, type Timespan, timespanIn, timespanQuery, writeTimespan } from "../../timespan/timespan";
import { CALLERS, type CallerKind } from "../../words/audit";

type Unnamed = Exclude<CallerKind, "token">;
/** What a list is of: one document, one subject of tokens, callers that no subject names, or all. */
export type Of = "all" | "document" | "subject" | Unnamed;

export interface AuditView extends Timespan {
  of: Of;
  /** The document's id or the subject; else empty. Empty is of all. */
  value: string;
}

export const ALL: AuditView = { of: "all", value: "", ...ANY_TIME };

export function isNamed(of: Of): of is "document" | "subject" {
  return of === "document" || of === "subject";
}

export function viewOf(search: string): AuditView {
  const given = new URLSearchParams(search);
  const timespan = timespanIn(given);
  for (const of of ["document", "subject"] as const) {
    const value = given.get(of);
    if (value !== null) return { of, value: value.trim(), ...timespan };
  }
  const caller = given.get("caller") ?? "";
  return { of: Object.hasOwn(CALLERS, caller) ? (caller as Unnamed) : "all", value: "", ...timespan };
}

export function addressOf(view: AuditView): string {
  const given = new URLSearchParams();
  if (isNamed(view.of)) given.set(view.of, view.value);
  else if (view.of !== "all") given.set("caller", view.of);
  writeTimespan(given, view);
  const text = given.toString();
  return text === "" ? "/audit" : `/audit?${text}`;
}

export interface AuditQuery {
  doc_hash?: string;
  subject?: string;
  caller?: Unnamed;
  since?: string;
  until?: string;
}

/** The parameters of `GET /audit`, up to `now` in milliseconds. */
export function auditQuery(view: AuditView, now: number): AuditQuery {
  return { ...filterOf(view), ...timespanQuery(view, now) };
}

function filterOf({ of, value }: AuditView): AuditQuery {
  if (of === "all") return {};
  if (!isNamed(of)) return { caller: of };
  if (value === "") return {};
  return of === "document" ? { doc_hash: value } : { subject: value };
}
