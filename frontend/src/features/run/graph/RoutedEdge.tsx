// An edge on the way that ELK found for it.
import type { EdgeProps } from "@xyflow/react";
import { classes } from "../../../design/classes";
import type { RoutedEdgeType } from "./elements";
import { type Point, pathOf, shortened } from "./placement";

export function RoutedEdge({ data }: EdgeProps<RoutedEdgeType>) {
  if (!data) return null;
  const { placed, taken } = data;
  const end = placed.points.at(-1);
  const tone = taken ? "text-ink" : "text-edge";
  return (
    <g className={tone}>
      <path
        d={pathOf(placed.points)}
        fill="none"
        stroke="currentColor"
        strokeWidth={taken ? 1.75 : 1}
        strokeDasharray={placed.kind === "catch" ? "4 4" : undefined}
      />
      {end && <path d={arrowAt(end)} fill="currentColor" />}
      {placed.labelAt && (
        <text
          x={placed.labelAt.x}
          y={placed.labelAt.y + 12}
          className={classes("text-[11px]", placed.kind === "catch" ? "fill-warn" : "fill-soft")}
        >
          {shortened(placed.label)}
          <title>{placed.label}</title>
        </text>
      )}
    </g>
  );
}

/** All edges come from above. */
function arrowAt({ x, y }: Point): string {
  return `M${x},${y} L${x - 4},${y - 7} L${x + 4},${y - 7} Z`;
}
