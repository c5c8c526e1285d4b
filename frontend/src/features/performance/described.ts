// What a chart shows, in words: for who does not see it.
import { type Figure, type Summary, said } from "../../figures/figures";
import { highest } from "../../figures/shape";
import { clock } from "../../words/time";
import type { Panel } from "./panels";

/** When the period at a place began, ISO 8601. */
export function startOf({ since, period_seconds }: Pick<Summary, "since" | "period_seconds">, place: number): string {
  return new Date(Date.parse(since) + place * period_seconds * 1000).toISOString();
}

/** The text alternative of a panel's chart. */
export function described(panel: Panel, summary: Pick<Summary, "since" | "until" | "period_seconds">): string {
  const lines = panel.lines.map(({ label, figure }) => `${label}: ${lineInWords(figure, summary)}`);
  return `${panel.title} from ${clock(summary.since)} to ${clock(summary.until)}. ${lines.join(". ")}.`;
}

function lineInWords(figure: Figure, summary: Pick<Summary, "since" | "period_seconds">): string {
  const { points, unit, latest, missing } = figure;
  const most = highest(points);
  if (most === null) return `not measured, ${missing ?? "and nobody says why"}`;
  const unknown = points.filter((point) => point === null).length;
  return [
    latest !== null && `newest ${said(latest, unit)}`,
    `highest ${said(most, unit)} at ${clock(startOf(summary, points.indexOf(most)))}`,
    unknown > 0 && `${unknown} of ${points.length} points not measured`,
  ]
    .filter(Boolean)
    .join(", ");
}
