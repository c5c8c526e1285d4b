// What can be done with an answer: stopped while it is made; afterwards copied, asked for again, and rated.
import { useMutation } from "@tanstack/react-query";
import type { Schemas } from "../../../api/client";
import { ApiProblem } from "../../../api/problems";
import { Button } from "../../../design/Button";
import { useNotice } from "../../../design/Notices";
import { AskProblem } from "../asking/AskProblem";
import { useChatActions } from "../chats";
import { withSources } from "../copies";
import { FeedbackComment } from "./FeedbackComment";
import type { Answer } from "./folding";
import { takenWords } from "./states";
import type { Messages } from "./useMessages";

interface Props extends Pick<Messages, "put" | "read"> {
  answer: Answer;
  isBusy: boolean;
}

const RATINGS: { rating: Schemas["Rating"]; label: string; icon: "thumbUp" | "thumbDown" }[] = [
  { rating: "up", label: "Helpful", icon: "thumbUp" },
  { rating: "down", label: "Not helpful", icon: "thumbDown" },
];
const isConflict = (error: unknown) => error instanceof ApiProblem && error.status === 409;

export function AnswerActions({ answer, isBusy, put, read }: Props) {
  const { chat_id: chat, message_id: id } = answer;
  const actions = useChatActions();
  const notice = useNotice();
  // It ended before it was stopped, or is asked again elsewhere: then that is shown.
  const lookAfter = (error: unknown) => {
    if (isConflict(error)) void read(id);
  };
  const stopping = useMutation({ mutationFn: () => actions.stop(chat, id), onSuccess: put, onError: lookAfter });
  const asking = useMutation({
    mutationFn: async () => {
      await actions.again(chat, id);
      await read(id);
    },
    onError: lookAfter,
  });
  const rating = useMutation({
    // What was said stays with the rating that it was said of.
    mutationFn: (given: Schemas["Rating"]) =>
      actions.rate(chat, id, {
        rating: given,
        comment: answer.feedback?.rating === given ? answer.feedback.comment : null,
      }),
    onSuccess: (message) => {
      put(message);
      notice("That is kept with the answer");
    },
  });
  const copy = () =>
    navigator.clipboard.writeText(withSources(answer, location.origin)).then(
      () => notice("The answer is copied, with its sources"),
      () => notice("The browser does not let it be copied"),
    );
  if (answer.status === "running") {
    return (
      <div>
        <Button icon="stop" busy={stopping.isPending} onClick={() => stopping.mutate()}>
          Stop
        </Button>
        {stopping.error !== null && !isConflict(stopping.error) && <AskProblem error={stopping.error} />}
      </div>
    );
  }
  const isRated = answer.status !== "withheld" && answer.status !== "failed";
  return (
    <>
      <div className="-mx-2 flex flex-wrap items-center gap-1 text-sm">
        {answer.text !== "" && answer.status !== "no_answer" && (
          <Button look="quiet" icon="copy" onClick={() => void copy()}>
            Copy with sources
          </Button>
        )}
        <Button look="quiet" icon="retry" disabled={isBusy} busy={asking.isPending} onClick={() => asking.mutate()}>
          Ask again
        </Button>
        {isRated &&
          RATINGS.map(({ rating: given, label, icon }) => (
            <Button
              key={given}
              look="quiet"
              icon={icon}
              aria-pressed={answer.feedback?.rating === given}
              className="aria-pressed:border-accent aria-pressed:bg-accent-tint aria-pressed:text-accent"
              busy={rating.isPending && rating.variables === given}
              onClick={() => rating.mutate(given)}
            >
              {label}
            </Button>
          ))}
        <span className="ml-auto px-2 text-soft">{takenWords(answer)}</span>
      </div>
      {asking.error !== null && !isConflict(asking.error) && <AskProblem error={asking.error} />}
      {rating.error !== null && <AskProblem error={rating.error} />}
      {isRated && answer.feedback?.rating === "down" && (
        <FeedbackComment answer={answer} feedback={answer.feedback} isAsked={rating.variables === "down"} put={put} />
      )}
    </>
  );
}
