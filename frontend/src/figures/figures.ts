// Figures of now, as `GET /metrics/summary` gives them, and what is made of them. A deployment of before has no such route.
import type { Api, Schemas } from "../api/client";
import { ApiProblem, answered } from "../api/problems";
import { count } from "../words/number";
import { duration } from "../words/time";

export type Figure = Schemas["FigureSeries"];
export type Summary = Schemas["MetricsSummary"];

/** Null where the deployment has no such route: API Gateway answers 403 then, and the emulator 404. */
export async function readFigures(api: Api, minutes: number, signal: AbortSignal): Promise<Summary | null> {
  try {
    return await answered(api.GET("/metrics/summary", { params: { query: { minutes } }, signal }));
  } catch (error) {
    if (error instanceof ApiProblem && (error.status === 403 || error.status === 404)) return null;
    throw error;
  }
}

export function figure(
  summary: Pick<Summary, "figures">,
  name: Figure["name"],
  of: string | null = null,
): Figure | null {
  return summary.figures.find((each) => each.name === name && each.of === of) ?? null;
}

/** A value with its unit, as people say it. */
export function said(value: number, unit: Figure["unit"]): string {
  switch (unit) {
    case "seconds":
      return duration(value);
    case "milliseconds":
      return value < 1000 ? `${Math.round(value)} ms` : duration(value / 1000);
    case "per_second":
      return `${Number(value.toPrecision(2))} a second`;
    case "share":
      return `${Number((value * 100).toPrecision(2))} %`;
    default:
      return count(Math.round(value));
  }
}

export type Fleet = "none" | "unknown" | "asleep" | "waking" | "up";

export const FLEET: Record<Fleet, string> = {
  none: "There is no fleet: an embedding service runs all the time.",
  unknown: "How it stands is not known at the moment.",
  asleep: "Asleep. The next document wakes it, which takes some minutes.",
  waking: "Waking: an instance is being started, and documents wait for it.",
  up: "Up.",
};

/** How the fleet of embedding instances stands. */
export function fleetOf(summary: Pick<Summary, "figures">): Fleet {
  const serving = figure(summary, "fleet_in_service");
  const wanted = figure(summary, "fleet_desired");
  if (serving?.missing?.includes("no fleet")) return "none";
  if (serving?.latest == null || wanted?.latest == null) return "unknown";
  if (serving.latest > 0) return "up";
  return wanted.latest > 0 ? "waking" : "asleep";
}
