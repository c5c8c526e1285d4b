// The number of a citation in an answer, which opens the passage in its document.
import { Link } from "wouter";
import { classes } from "../../../design/classes";
import type { Citation } from "./cited";
import { sourceAddress, sourceName, sourceState } from "./states";

const SHAPE =
  "mx-0.5 inline-block min-w-5 rounded-md border px-1 text-center align-baseline text-xs leading-5 font-medium tabular-nums no-underline";

export function Chip({ number, citation }: { number: number; citation: Citation | undefined }) {
  if (citation === undefined) return <span>[{number}]</span>;
  const state = sourceState(citation);
  const name = [`Source ${number}: ${sourceName(citation)}`, state?.label.toLowerCase()].filter(Boolean).join(", ");
  if (citation.state === "withdrawn") {
    return (
      <span title={name} className={classes(SHAPE, "border-line bg-sunk text-soft line-through")}>
        {number}
      </span>
    );
  }
  return (
    <Link
      href={sourceAddress(citation)}
      state={{ passage: citation.quote }}
      aria-label={name}
      title={name}
      className={classes(
        SHAPE,
        state === null
          ? "border-accent bg-accent-tint text-accent hover:bg-accent hover:text-on-accent"
          : "border-dashed border-warn bg-warn-tint text-warn",
      )}
    >
      {number}
    </Link>
  );
}
