// What an answer cites, below it.
import { Link } from "wouter";
import { Badge } from "../../../design/StatusBadge";
import type { Citation } from "./cited";
import { sourceAddress, sourceName, sourcePlace, sourceState } from "./states";

export function Sources({ citations }: { citations: Citation[] }) {
  if (citations.length === 0) return null;
  return (
    <ol aria-label="Sources" className="grid gap-2 border-t border-line pt-3 text-sm">
      {citations.map((citation) => (
        <Source key={citation.number} citation={citation} />
      ))}
    </ol>
  );
}

function Source({ citation }: { citation: Citation }) {
  const state = sourceState(citation);
  const name = sourceName(citation);
  return (
    <li className="flex min-w-0 gap-2">
      <span className="w-6 shrink-0 text-right text-soft tabular-nums">{citation.number}</span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
          {citation.state === "withdrawn" ? (
            <span className="min-w-0 break-words">{name}</span>
          ) : (
            <Link
              href={sourceAddress(citation)}
              state={{ passage: citation.quote }}
              className="min-w-0 font-medium break-words text-accent hover:underline"
            >
              {name}
            </Link>
          )}
          <span className="min-w-0 break-words text-soft">{sourcePlace(citation)}</span>
          {state && (
            <Badge tone={state.tone} title={state.means}>
              {state.label}
            </Badge>
          )}
        </p>
        {citation.quote !== null && (
          <details>
            <summary className="w-fit text-soft">What is cited</summary>
            <blockquote className="mt-1 border-l-4 border-line pl-3 break-words whitespace-pre-wrap">
              {citation.quote}
            </blockquote>
          </details>
        )}
      </div>
    </li>
  );
}
