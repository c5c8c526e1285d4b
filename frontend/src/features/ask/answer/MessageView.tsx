// A question with its answer, how that stands, and what can be done with it.
import { memo, useId, useState } from "react";
import { Button } from "../../../design/Button";
import { classes } from "../../../design/classes";
import { Badge } from "../../../design/StatusBadge";
import { Time } from "../../../design/Time";
import { AnswerActions } from "./AnswerActions";
import { AnswerText } from "./AnswerText";
import type { Answer } from "./folding";
import { PromptView } from "./PromptView";
import { Sources } from "./Sources";
import { stateWords } from "./states";
import type { Messages } from "./useMessages";

const LONG_CHARACTERS = 600;

interface Props extends Pick<Messages, "put" | "read"> {
  answer: Answer;
  /** An answer of the chat is being made, so no other can be. */
  isBusy: boolean;
  /** What is said of an answer that is made while no live messages come; null while they do. */
  looked: string | null;
}

/** One that has not changed is not drawn anew while another one is written. */
export const MessageView = memo(function MessageView({ answer, isBusy, looked, put, read }: Props) {
  const id = useId();
  const isRunning = answer.status === "running";
  return (
    <li>
      <article aria-labelledby={id} className="grid grid-cols-1 gap-3">
        <QuestionText id={id} text={answer.question} />
        <div className="grid min-w-0 grid-cols-1 gap-3 rounded-xl border border-line bg-card p-4">
          <AnswerText answer={answer} />
          <State answer={answer} />
          {isRunning && looked && <p className="text-sm text-soft">{looked}</p>}
          {answer.rests_on_superseded && answer.status !== "withheld" && (
            <p className="text-sm">
              A document that this answer was made from has a newer version. Ask again for what it says now.
            </p>
          )}
          <Sources citations={answer.citations} />
          <AnswerActions answer={answer} isBusy={isBusy} put={put} read={read} />
          {answer.generator !== null && !isRunning && answer.status !== "withheld" && (
            <PromptView key={answer.attempt} answer={answer} />
          )}
        </div>
      </article>
    </li>
  );
});

/** Of a long question the beginning. */
function QuestionText({ id, text }: { id: string; text: string }) {
  const [isWhole, setWhole] = useState(false);
  const isLong = text.length > LONG_CHARACTERS || text.split("\n").length > 8;
  return (
    <div className="ml-auto max-w-[85%] min-w-0 rounded-xl bg-accent-tint px-4 py-2">
      <h2 id={id} className={classes("break-words whitespace-pre-wrap", isLong && !isWhole && "line-clamp-6")}>
        {text}
      </h2>
      {isLong && (
        <Button look="quiet" className="-mx-3 text-sm" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Show its beginning" : "Show the whole question"}
        </Button>
      )}
    </div>
  );
}

function State({ answer }: { answer: Answer }) {
  const words = stateWords(answer);
  return (
    <div role="status" className={words === null ? "sr-only" : "flex flex-wrap items-baseline gap-x-3 gap-y-1"}>
      {words === null ? (
        "The answer is complete."
      ) : (
        <>
          <Badge tone={words.tone}>{words.label}</Badge>
          <span className="min-w-0 flex-1 basis-60 break-words">
            {words.means}{" "}
            {answer.status === "running" && (
              <span className="text-soft">
                Begun <Time at={answer.started_at} />.
              </span>
            )}
          </span>
        </>
      )}
    </div>
  );
}
