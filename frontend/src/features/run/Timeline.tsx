// The states over time, as a list that reads well without the bars too: a button each, which shows what the state was given
// and made. A bar is solid where the state was at work, and hatched where it waited.
import { useState } from "react";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { duration } from "../../words/time";
import type { RunDetail } from "./history";
import { StateRow, SumRow } from "./TimelineRows";
import { linesOf } from "./tree";
import type { FollowedRun } from "./useRun";

interface Props {
  followed: FollowedRun;
  run: RunDetail;
  chosen: number | null;
  onChoose(id: number): void;
}

export function Timeline({ followed, run, chosen, onChoose }: Props) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const now = Date.now();
  const axis = { from: Date.parse(run.started_at), to: run.ended_at === null ? now : Date.parse(run.ended_at) };
  const toggle = (map: number) => {
    const next = new Set(open);
    if (!next.delete(map)) next.add(map);
    setOpen(next);
  };
  return (
    <Section title="States over time">
      <p className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-sm text-soft">
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className="h-2.5 w-6 rounded-sm bg-busy" /> at work
        </span>
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className="waiting h-2.5 w-6 rounded-sm text-warn" /> waiting
        </span>
        <span className="ml-auto tabular-nums">0 s to {duration((axis.to - axis.from) / 1000)}</span>
      </p>
      {followed.states.length === 0 && <p className="text-soft">It has entered no state yet.</p>}
      <ol aria-label="States" className="grid grid-cols-[minmax(0,1fr)]">
        {linesOf(followed.states, open).map((line) => (
          <li key={line.key} className="border-t border-line first:border-0">
            {line.kind === "sum" ? (
              <SumRow line={line} onToggle={() => toggle(line.map)} />
            ) : (
              <StateRow
                line={line}
                axis={axis}
                now={now}
                isChosen={line.state.id === chosen}
                onChoose={() => onChoose(line.state.id)}
              />
            )}
          </li>
        ))}
      </ol>
      {followed.hasMore && (
        <Button className="mt-3" busy={followed.isLoading} onClick={followed.loadMore}>
          Later states
        </Button>
      )}
    </Section>
  );
}
