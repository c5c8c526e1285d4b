// A passage that was found: where it is, what it says, and why it stands where it does.
import { Link } from "wouter";
import type { Condition, Value } from "../../conditions/conditions";
import { pieces } from "./highlights";
import type { Hit } from "./useSearch";
import { Why } from "./Why";

interface Props {
  hit: Hit;
  rank: number;
  /** The best score by words among the hits: bars of it compare within one answer. */
  bestByWords: number;
  why: boolean;
  onCondition(condition: Condition): void;
}

export function HitCard({ hit, rank, bestByWords, why, onCondition }: Props) {
  return (
    <li className="min-w-0 rounded-xl border border-line bg-card p-4">
      <h2 className="font-semibold break-words">
        <Link href={`/documents/${hit.doc_hash}`} state={{ passage: hit.text }} className="text-accent hover:underline">
          {hit.title ?? hit.doc_hash}
        </Link>
      </h2>
      <p className="text-sm break-words text-soft">
        {[hit.heading, hit.page !== null && `page ${hit.page}`, `version ${hit.version}`].filter(Boolean).join(" · ")}
      </p>
      <p className="mt-2 line-clamp-6 break-words whitespace-pre-line">
        {pieces(hit.text, hit.highlights).map((piece) =>
          piece.marked ? <mark key={piece.start}>{piece.text}</mark> : <span key={piece.start}>{piece.text}</span>,
        )}
      </p>
      <MetadataChips metadata={hit.metadata} onCondition={onCondition} />
      {why && hit.explain && <Why hit={hit} explain={hit.explain} rank={rank} bestByWords={bestByWords} />}
    </li>
  );
}

function MetadataChips({ metadata, onCondition }: Pick<Hit, "metadata"> & Pick<Props, "onCondition">) {
  const values = Object.entries(metadata).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, Value] => [name, one]),
  );
  if (values.length === 0) return null;
  return (
    <ul className="mt-3 flex flex-wrap gap-1.5">
      {values.map(([name, value]) => (
        <li key={`${name} ${value}`} className="max-w-full">
          <button
            type="button"
            title={`Only where ${name} is ${value}`}
            className="max-w-full truncate rounded-md border border-line px-2 py-0.5 text-sm hover:border-accent hover:text-accent"
            onClick={() => onCondition({ name, comparison: "is", value })}
          >
            <span className="text-soft">{name}</span> {String(value)}
          </button>
        </li>
      ))}
    </ul>
  );
}
