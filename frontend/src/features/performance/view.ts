// Over which time figures are looked at: kept in the address, so that it can be shared.

/** By their minutes; the API goes back a day at most. */
export const SPANS = {
  15: "15 minutes",
  60: "hour",
  180: "3 hours",
  720: "12 hours",
  1440: "24 hours",
};
const FIRST = 60;

export function minutesIn(search: string): number {
  const given = new URLSearchParams(search).get("minutes") ?? "";
  return Object.hasOwn(SPANS, given) ? Number(given) : FIRST;
}

export function addressOf(minutes: number): string {
  return minutes === FIRST ? "/performance" : `/performance?minutes=${minutes}`;
}
