// Sweeping now: what does not move is moved on.
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { useMay, useServices } from "../../app/services";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { dollars, SWEEPING } from "../../words/cost";
import { Counts } from "./Counts";
import { StartDialog } from "./StartDialog";

const SWEEPS_A_MONTH = (12 * 24 * 365) / 12;
const FOUND: Record<keyof Schemas["SweepCounts"], string> = {
  running: "A run works on them, or ended a moment ago",
  waiting: "Left to wait for their turn",
  resent: "Their message was lost, and sent again",
  begun_anew: "Their run was over without a result, and got another",
  given_up: "Given up after four runs: find the cause, then retry",
  cleaning: "Leftovers that a run removes now",
  left_over: "Leftovers that could not be removed: look at their dead letters",
  changed: "Moved while they were looked at",
  lost_answers: "Answers of chats that nothing made any more, which are ended now",
  listed: "Were not in the lists as they are, and are now",
};

export function Sweep() {
  const { api } = useServices();
  const mayOperate = useMay("operate");
  const [asking, setAsking] = useState(false);
  const [swept, setSwept] = useState<Schemas["SweepCounts"] | null>(null);
  const counts =
    swept && (Object.keys(FOUND) as (keyof typeof FOUND)[]).map((kind) => [FOUND[kind], swept[kind]] as const);
  const some = counts?.filter(([, number]) => number > 0);
  return (
    <Section title="Sweep" action={mayOperate && <Button onClick={() => setAsking(true)}>Sweep now</Button>}>
      <p className="text-soft">
        Takes up documents that do not move: lost messages, runs that ended without a result, leftovers. A schedule does
        so every few minutes.
      </p>
      {some && (
        <div role="status" className="mt-3">
          {some.length === 0 ? <p>Everything moves. There is nothing to do.</p> : <Counts counts={some} />}
        </div>
      )}
      {asking && (
        <StartDialog
          title="Sweep now?"
          cost={`On AWS about ${dollars(SWEEPING / SWEEPS_A_MONTH)}. On one machine nothing.`}
          action="Sweep"
          start={async () => setSwept(await answered(api.POST("/sweep")))}
          done="Swept"
          onClose={() => setAsking(false)}
        >
          <p>
            It looks at records that have not changed for some minutes, for 25 seconds at most, and sends on what hangs.
            It does no harm to run it twice.
          </p>
        </StartDialog>
      )}
    </Section>
  );
}
