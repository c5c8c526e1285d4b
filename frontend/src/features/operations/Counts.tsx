// Numbers with what they are of, one below the other.
import { count } from "../../words/number";

export function Counts({ counts }: { counts: readonly (readonly [what: string, number: number])[] }) {
  return (
    <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-0.5 text-sm">
      {counts.map(([what, number]) => (
        <div key={what} className="contents">
          <dt className="text-soft">{what}</dt>
          <dd className="text-right tabular-nums">{count(number)}</dd>
        </div>
      ))}
    </dl>
  );
}
