// A span of time that a list is of: kept in the address, so that it can be shared, and asked of the API.

/** How far back; `between` is from one time to another. */
export type Span = "all" | "hour" | "day" | "week" | "between";

export interface Timespan {
  span: Span;
  /** ISO 8601; of the span `between` alone. Empty is open. */
  since: string;
  until: string;
}

export const ANY_TIME: Timespan = { span: "all", since: "", until: "" };
const SECONDS: Partial<Record<Span, number>> = { hour: 3_600, day: 86_400, week: 604_800 };

export function timespanIn(given: URLSearchParams): Timespan {
  const span = given.get("span") ?? "";
  if (span === "between") return { span, since: time(given.get("since")), until: time(given.get("until")) };
  return Object.hasOwn(SECONDS, span) ? { ...ANY_TIME, span: span as Span } : ANY_TIME;
}

/** Write it into the parameters of an address; any time is left out. */
export function writeTimespan(given: URLSearchParams, { span, since, until }: Timespan): void {
  if (span !== "all") given.set("span", span);
  if (since !== "") given.set("since", since);
  if (until !== "") given.set("until", until);
}

/** What the API is asked for. A span ends at `now`, in milliseconds: the same for all pages of a list. */
export function timespanQuery({ span, since, until }: Timespan, now: number): { since?: string; until?: string } {
  const seconds = SECONDS[span];
  if (seconds !== undefined) return { since: new Date(now - seconds * 1000).toISOString() };
  return { ...(since !== "" && { since }), ...(until !== "" && { until }) };
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

function time(text: string | null): string {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? "" : new Date(at).toISOString();
}
