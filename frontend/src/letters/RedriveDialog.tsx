// Redriving letters: what it will do and cost, and then what came of it, until it has ended.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Schemas } from "../api/client";
import { answered } from "../api/problems";
import { useServices } from "../app/services";
import { Button } from "../design/Button";
import { Dialog, DialogActions } from "../design/Dialog";
import { Problem } from "../design/States";
import { Badge } from "../design/StatusBadge";
import { useLive } from "../live/useLive";
import { causeInWords } from "../words/causes";
import { oneDocument } from "../words/cost";
import { many } from "../words/number";
import { isBranch, QUEUES } from "../words/queues";
import { RUN_STATUS } from "../words/runs";
import { type Choice, redriveRun } from "./letters";
import { DEAD_LETTERS } from "./useDeadLetters";

const LOOK_MILLISECONDS = 2_000;
const SKIPPED_SHOWN = 5;

export function RedriveDialog({ choice, onClose }: { choice: Choice; onClose(): void }) {
  const { api } = useServices();
  const client = useQueryClient();
  const redriving = useMutation({
    mutationFn: () => {
      const { branch, called: _, ...chosen } = choice;
      return answered(api.POST("/dead-letters/{branch}/redrive", { params: { path: { branch } }, body: chosen }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: DEAD_LETTERS }),
  });
  const { data, error } = redriving;
  return (
    <Dialog title={`Redrive ${choice.called}`} onClose={onClose}>
      {data === undefined ? <Before choice={choice} /> : <Came redriven={data} />}
      {error !== null && (
        <div className="mt-3">
          <Problem error={error} />
        </div>
      )}
      <DialogActions>
        <Button onClick={onClose}>{data === undefined ? "Cancel" : "Close"}</Button>
        {(data === undefined || data.more) && (
          <Button look="main" icon="retry" busy={redriving.isPending} onClick={() => redriving.mutate()}>
            {data === undefined ? "Redrive" : "Redrive more"}
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}

function Before({ choice }: { choice: Choice }) {
  return (
    <div className="grid gap-2">
      {choice.error_type !== undefined && <p>{causeInWords(choice.error_type).advice}</p>}
      {isBranch(choice.branch) ? (
        <p>
          What they were to write or remove is tried again by a run of its own, of{" "}
          {QUEUES[choice.branch].label.toLowerCase()} alone. Nothing is embedded again. A letter that fails again comes
          back with its new error; one that a newer version has overtaken is dropped. 1,000 at most are taken at a time.
        </p>
      ) : (
        <p>
          The messages go back to their queue, and each starts its run, which does all that it would have done. 1,000 at
          most are taken at a time.
        </p>
      )}
      <p className="text-soft">
        On AWS a letter costs at most what its document costs to send: {oneDocument()}. On one machine nothing.
      </p>
    </div>
  );
}

function Came({ redriven }: { redriven: Schemas["Redriven"] }) {
  const counts: [number, string][] = [
    [redriven.redriven, "on the way"],
    [redriven.superseded, "dropped: nothing is left to do for them"],
    [redriven.waiting, "left there: a run of theirs is under way, or has to be retried"],
    [redriven.unparseable, "left there: they cannot be parsed"],
  ];
  const told = counts.filter(([number]) => number > 0);
  return (
    <div className="grid gap-3" role="status">
      {told.length === 0 && <p>There was nothing to redrive: the queue has none of them any more.</p>}
      <ul>
        {told.map(([number, what]) => (
          <li key={what}>
            {many(number, "letter")} {what}
          </li>
        ))}
      </ul>
      {redriven.executions.map((name) => (
        <Followed key={name} name={name} />
      ))}
      {redriven.skipped.length > 0 && (
        <ul className="grid gap-1 text-sm text-soft">
          {redriven.skipped.slice(0, SKIPPED_SHOWN).map((letter) => (
            <li key={letter.message_id} className="break-words">
              {letter.doc_hash}, version {letter.version}: {letter.reason}
            </li>
          ))}
          {redriven.skipped.length > SKIPPED_SHOWN && <li>and {redriven.skipped.length - SKIPPED_SHOWN} more</li>}
        </ul>
      )}
      {redriven.more && <p>The queue may hold more of them.</p>}
    </div>
  );
}

/** A redrive's run until it has ended. */
function Followed({ name }: { name: string }) {
  const { api } = useServices();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ["redrive", name],
    queryFn: async ({ signal }) => {
      const run = await answered(api.GET("/redrives/{name}", { params: { path: { name } }, signal }));
      if (run.status !== "running") void client.invalidateQueries({ queryKey: DEAD_LETTERS });
      return run;
    },
    refetchInterval: (query) => (query.state.data?.status === "running" ? LOOK_MILLISECONDS : false),
  });
  useLive(`operation:${name}`, { onMessage: () => void refetch(), onReload: () => void refetch() });
  if (error !== null) return <Problem error={error} />;
  if (data === undefined) return null;
  const { label, tone } = RUN_STATUS[data.status];
  const outcomes = Object.entries(data.outcomes).map(([outcome, number]) => `${number} ${outcome}`);
  return (
    <div>
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={tone}>{label}</Badge>
        {outcomes.join(", ")}
        <Link href={`/runs/${redriveRun(name)}`} className="text-accent underline">
          See its run
        </Link>
      </p>
      {data.status === "failed" && (
        <p className="mt-1 text-sm break-words text-soft">
          At least one failed again, and lies in its queue with the new error. {data.error?.message}
        </p>
      )}
    </div>
  );
}
