// What was wrong with an answer, in words of whoever asked: kept with the answer, and not needed.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../../../api/client";
import { Button } from "../../../design/Button";
import { classes } from "../../../design/classes";
import { CONTROL, Field } from "../../../design/Field";
import { useNotice } from "../../../design/Notices";
import { AskProblem } from "../asking/AskProblem";
import { COMMENT, lengthWords } from "../asking/limits";
import { useChatActions } from "../chats";
import type { Answer } from "./folding";

interface Props {
  answer: Answer;
  feedback: Schemas["Feedback"];
  /** It was rated just now, so somebody may want to say why. */
  isAsked: boolean;
  put(message: Answer): void;
}

export function FeedbackComment({ answer, feedback, isAsked, put }: Props) {
  const [isOpen, setOpen] = useState(isAsked);
  const said = feedback.comment;
  if (isOpen) return <Commenting answer={answer} feedback={feedback} put={put} onEnd={() => setOpen(false)} />;
  return (
    <div className="grid min-w-0 justify-items-start text-sm">
      {said !== null && <p className="max-w-full break-words whitespace-pre-wrap text-soft">You said: {said}</p>}
      <Button look="quiet" icon="edit" className="-ml-2" onClick={() => setOpen(true)}>
        {said === null ? "Say what was wrong" : "Edit comment"}
      </Button>
    </div>
  );
}

function Commenting({ answer, feedback, put, onEnd }: Omit<Props, "isAsked"> & { onEnd(): void }) {
  const actions = useChatActions();
  const notice = useNotice();
  const [text, setText] = useState(feedback.comment ?? "");
  const saving = useMutation({
    mutationFn: () =>
      actions.rate(answer.chat_id, answer.message_id, { rating: feedback.rating, comment: text.trim() || null }),
    onSuccess: (message) => {
      put(message);
      onEnd();
      notice("The comment is kept with the answer");
    },
  });
  const length = lengthWords(text, COMMENT);
  const isUnchanged = text.trim() === (feedback.comment ?? "");
  const maySave = !length?.isTooLong && !isUnchanged;
  return (
    <form
      className="grid gap-2 text-sm"
      onSubmit={(event) => {
        event.preventDefault();
        if (maySave) saving.mutate();
      }}
    >
      <Field
        label="What was wrong with it?"
        hint={length?.words ?? "Optional."}
        problem={length?.isTooLong ? length.words : null}
      >
        {(ids) => (
          <textarea
            {...ids}
            rows={2}
            className={classes(CONTROL, "field-sizing-content max-h-48 min-h-16 resize-none")}
            readOnly={saving.isPending}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {saving.error !== null && <AskProblem error={saving.error} />}
      <div className="flex gap-2">
        <Button type="submit" busy={saving.isPending} disabled={!maySave}>
          Save comment
        </Button>
        <Button look="quiet" onClick={onEnd}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
