// The dead letter queues: letters by their error, and what is pressed to send them on: one, those of an error, or all.
import { useState } from "react";
import { useMay } from "../../app/services";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { Failed, Loading } from "../../design/States";
import { type Choice, grouped, type LetterGroup, type QueueContent } from "../../letters/letters";
import { RedriveDialog } from "../../letters/RedriveDialog";
import { SHOWN, useDeadLetters } from "../../letters/useDeadLetters";
import { causeInWords } from "../../words/causes";
import { many } from "../../words/number";
import { isBranch, QUEUES } from "../../words/queues";
import { LetterLine } from "./LetterLine";

export function DeadLetterQueues() {
  const mayOperate = useMay("operate");
  const { data, error, isPending, refetch, isFetching } = useDeadLetters();
  const [choice, setChoice] = useState<Choice | null>(null);
  const queues = data?.queues ?? [];
  const lying = queues.filter((queue) => queue.visible > 0 || queue.in_flight > 0 || queue.letters.length > 0);
  const empty = queues.filter((queue) => !lying.includes(queue));
  return (
    <Section
      title="Dead letters"
      action={
        <Button look="quiet" icon="retry" busy={isFetching} onClick={() => void refetch()}>
          Look again
        </Button>
      }
    >
      {isPending && <Loading what="dead letters" />}
      {error !== null && <Failed error={error} />}
      {data && lying.length === 0 && <p>All five queues are empty. There is nothing to do.</p>}
      <div className="grid gap-6">
        {lying.map((queue) => (
          <Queue key={queue.branch} queue={queue} onRedrive={mayOperate ? setChoice : null} />
        ))}
      </div>
      {lying.length > 0 && empty.length > 0 && (
        <p className="mt-4 text-sm text-soft">
          Empty: {empty.map((queue) => QUEUES[queue.branch].label.toLowerCase()).join(", ")}.
        </p>
      )}
      {choice && <RedriveDialog choice={choice} onClose={() => setChoice(null)} />}
    </Section>
  );
}

/** Null where who looks may not redrive. */
type OnRedrive = ((choice: Choice) => void) | null;

function Queue({ queue, onRedrive }: { queue: QueueContent; onRedrive: OnRedrive }) {
  const { label, holds } = QUEUES[queue.branch];
  return (
    <section aria-label={label}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="font-medium">
          {label}: about {many(queue.visible, "letter")}
        </h3>
        {queue.in_flight > 0 && (
          <span className="text-sm text-soft">{many(queue.in_flight, "other")} in work, such as by a redrive</span>
        )}
        {onRedrive && queue.letters.length > 0 && (
          <Button
            icon="retry"
            className="ml-auto"
            onClick={() => onRedrive({ branch: queue.branch, called: `all letters: ${label.toLowerCase()}` })}
          >
            Redrive all
          </Button>
        )}
      </div>
      <p className="text-sm text-soft">{holds}</p>
      <div className="mt-2 grid gap-3">
        {grouped(queue.letters).map((group) => (
          <Group key={group.error} queue={queue} group={group} onRedrive={onRedrive} />
        ))}
      </div>
      {queue.letters.length === SHOWN && (
        <p className="mt-2 text-sm text-soft">The oldest hundred are shown; a redrive takes the others too.</p>
      )}
    </section>
  );
}

const LETTERS_OPEN = 3;

function Group({ queue, group, onRedrive }: { queue: QueueContent; group: LetterGroup; onRedrive: OnRedrive }) {
  const { error, letters } = group;
  const words = error === null ? null : causeInWords(error);
  return (
    <div className="rounded-lg border border-line p-3">
      {words && (
        <div className="flex flex-wrap items-start justify-between gap-2">
          <div className="min-w-0 flex-1 basis-64">
            <p className="font-medium">{words.what}</p>
            <p className="text-sm text-soft">
              {many(letters.length, "letter")} with {error}. {words.advice}
            </p>
          </div>
          {onRedrive && error !== null && isBranch(queue.branch) && (
            <Button
              icon="retry"
              onClick={() => onRedrive({ branch: queue.branch, error_type: error, called: `those with ${error}` })}
            >
              Redrive these
            </Button>
          )}
        </div>
      )}
      <details open={letters.length <= LETTERS_OPEN} className="mt-1">
        <summary className="w-fit text-sm">{many(letters.length, "letter")}</summary>
        <ul className="mt-1 grid gap-2">
          {letters.map((letter) => (
            <LetterLine
              key={letter.message_id}
              letter={letter}
              onRedrive={
                onRedrive &&
                (() =>
                  onRedrive({
                    branch: queue.branch,
                    message_id: letter.message_id,
                    called: `the letter of ${letter.doc_hash ?? "an unknown document"}`,
                  }))
              }
            />
          ))}
        </ul>
      </details>
    </div>
  );
}
