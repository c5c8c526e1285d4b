// Which runs are looked at: kept in the address, so that it can be shared, and asked of the API.
import { RUN_STATUSES, type RunStatus, STATE_MACHINES, type StateMachine } from "../../words/runs";

/** How far back; `between` is from one time to another. */
export type Span = "all" | "hour" | "day" | "week" | "between";

export interface RunsView {
  machine: StateMachine | null;
  status: RunStatus | null;
  span: Span;
  /** ISO 8601; of the span `between` alone. Empty is open. */
  since: string;
  until: string;
}

export const ALL: RunsView = { machine: null, status: null, span: "all", since: "", until: "" };
export const SPAN_SECONDS: Partial<Record<Span, number>> = { hour: 3_600, day: 86_400, week: 604_800 };

export function viewOf(search: string): RunsView {
  const given = new URLSearchParams(search);
  const machine = given.get("machine") as StateMachine | null;
  const status = given.get("status") as RunStatus | null;
  const span = given.get("span") ?? "";
  const known = span === "between" || Object.hasOwn(SPAN_SECONDS, span) ? (span as Span) : "all";
  return {
    machine: machine !== null && STATE_MACHINES.includes(machine) ? machine : null,
    status: status !== null && RUN_STATUSES.includes(status) ? status : null,
    span: known,
    since: known === "between" ? time(given.get("since")) : "",
    until: known === "between" ? time(given.get("until")) : "",
  };
}

function time(text: string | null): string {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? "" : new Date(at).toISOString();
}

export function addressOf(view: RunsView): string {
  const given = new URLSearchParams();
  if (view.machine !== null) given.set("machine", view.machine);
  if (view.status !== null) given.set("status", view.status);
  if (view.span !== "all") given.set("span", view.span);
  if (view.since !== "") given.set("since", view.since);
  if (view.until !== "") given.set("until", view.until);
  const text = given.toString();
  return text === "" ? "/runs" : `/runs?${text}`;
}

export interface RunsQuery {
  state_machine?: StateMachine;
  status?: RunStatus;
  since?: string;
  until?: string;
}

/** The parameters of `GET /runs`. A span ends at `now`, in milliseconds: the same for all pages of a list. */
export function runsQuery(view: RunsView, now: number): RunsQuery {
  const query: RunsQuery = {};
  if (view.machine !== null) query.state_machine = view.machine;
  if (view.status !== null) query.status = view.status;
  const seconds = SPAN_SECONDS[view.span];
  if (seconds !== undefined) query.since = new Date(now - seconds * 1000).toISOString();
  if (view.since !== "") query.since = view.since;
  if (view.until !== "") query.until = view.until;
  return query;
}

/** A time as `<input type="datetime-local">` has it, in the zone of who looks, and back. */
export function toInput(iso: string): string {
  if (iso === "") return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromInput(text: string): string {
  return time(text);
}
