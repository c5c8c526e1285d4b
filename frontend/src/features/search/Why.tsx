// What a hit's place is made of, as small bars.
import type { Schemas } from "../../api/client";
import type { Hit } from "./useSearch";

interface Props {
  hit: Hit;
  explain: Schemas["Explanation"];
  rank: number;
  bestByWords: number;
}

export function Why({ hit, explain, rank, bestByWords }: Props) {
  const { dense, keyword } = explain;
  return (
    <dl className="mt-3 grid max-w-lg grid-cols-[auto_minmax(4rem,1fr)_auto] items-center gap-x-3 gap-y-1 border-t border-line pt-3 text-sm">
      <Bar
        name="Meaning"
        share={dense?.score ?? 0}
        told={dense ? `place ${dense.rank}, similarity ${dense.score.toFixed(2)}` : "not among the candidates"}
      />
      <Bar
        name="Words"
        share={keyword && bestByWords > 0 ? keyword.score / bestByWords : 0}
        told={keyword ? `place ${keyword.rank}, BM25 ${keyword.score.toFixed(2)}` : "not among the candidates"}
      />
      <Bar name="Together" share={explain.fused} told={`${explain.fused.toFixed(2)}, place ${rank}`} />
      {explain.rerank !== null && <Bar name="Reranked" share={hit.score} told={explain.rerank.toFixed(2)} />}
      {explain.phrases > 0 && (
        <>
          <dt className="text-soft">Word for word</dt>
          <dd className="col-span-2">{explain.phrases} of the phrases</dd>
        </>
      )}
    </dl>
  );
}

function Bar({ name, share, told }: { name: string; share: number; told: string }) {
  const width = Math.round(Math.min(Math.max(share, 0), 1) * 100);
  return (
    <>
      <dt className="text-soft">{name}</dt>
      <dd aria-hidden="true" className="h-2 overflow-hidden rounded-full bg-sunk">
        <div className="h-full rounded-full bg-accent" style={{ width: `${width}%` }} />
      </dd>
      <dd className="tabular-nums">{told}</dd>
    </>
  );
}
