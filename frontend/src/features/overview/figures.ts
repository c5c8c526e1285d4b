// Figures of now, as `GET /metrics/summary` gives them, and what is made of them. A deployment of before has no such route.
import type { Api } from "../../api/client";
import { ApiProblem, answered } from "../../api/problems";
import { count } from "../../words/number";
import { duration } from "../../words/time";

export interface Figure {
  name: string;
  /** The group of routes or the queue that it is of. */
  of: string | null;
  unit: string;
  points: (number | null)[];
  latest: number | null;
  /** What is counted: the sum of the points; rates: their mean. */
  overall: number | null;
  /** Why nothing of it is known. */
  missing: string | null;
}

export interface Summary {
  as_of: string;
  figures: Figure[];
}

type Untyped = (path: string, init: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>;

/** Null where the deployment has no such route: API Gateway answers 403 then, and the emulator 404. */
export async function readFigures(api: Api, minutes: number, signal: AbortSignal): Promise<Summary | null> {
  try {
    const get = api.GET as unknown as Untyped;
    return summaryOf(await answered(get("/metrics/summary", { params: { query: { minutes } }, signal })));
  } catch (error) {
    if (error instanceof ApiProblem && (error.status === 403 || error.status === 404)) return null;
    throw error;
  }
}

/** Throws an `Error` where the answer has no figures. */
export function summaryOf(answer: unknown): Summary {
  const given = answer as Partial<Summary> | null;
  if (typeof given?.as_of !== "string" || !Array.isArray(given.figures)) throw new Error("the answer has no figures");
  return { as_of: given.as_of, figures: given.figures };
}

export function figure(summary: Summary, name: string, of: string | null = null): Figure | null {
  return summary.figures.find((each) => each.name === name && each.of === of) ?? null;
}

/** A value with its unit, as people say it. */
export function said(value: number, unit: string): string {
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

/** How the fleet of embedding instances stands. */
export function fleetOf(summary: Summary): Fleet {
  const serving = figure(summary, "fleet_in_service");
  const wanted = figure(summary, "fleet_desired");
  if (serving?.missing?.includes("no fleet")) return "none";
  if (serving?.latest == null || wanted?.latest == null) return "unknown";
  if (serving.latest > 0) return "up";
  return wanted.latest > 0 ? "waking" : "asleep";
}

/** The points of a line in a box of this size, in stretches: where nothing is known it is broken. */
export function stretches(points: readonly (number | null)[], width: number, height: number): string[] {
  const most = Math.max(...points.map((point) => point ?? 0), 0) || 1;
  const step = width / Math.max(1, points.length - 1);
  const lines: string[][] = [[]];
  points.forEach((point, index) => {
    if (point === null) lines.push([]);
    else lines.at(-1)?.push(`${(index * step).toFixed(1)},${(height - (point / most) * height).toFixed(1)}`);
  });
  return lines.filter((line) => line.length > 1).map((line) => line.join(" "));
}
