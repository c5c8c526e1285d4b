// Where a question is typed: Enter asks, Shift and Enter begin a new line.
import { type KeyboardEvent, useEffect, useId, useRef } from "react";
import { Button } from "../../../design/Button";
import { classes } from "../../../design/classes";
import { CONTROL } from "../../../design/Field";
import { AskProblem } from "./AskProblem";
import { lengthWords, QUESTION_MAX_CHARACTERS } from "./limits";

interface Props {
  text: string;
  onText(text: string): void;
  onAsk(question: string): void;
  /** It is being sent. */
  isAsking: boolean;
  /** Why nothing can be asked at the moment; null where something can. */
  waitsFor: string | null;
  error: unknown;
  takesFocus?: boolean;
}

export function QuestionBox({ text, onText, onAsk, isAsking, waitsFor, error, takesFocus = false }: Props) {
  const told = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const length = lengthWords(text);
  const mayAsk = text.trim() !== "" && !length?.isTooLong && !isAsking && waitsFor === null;
  const ask = () => {
    if (mayAsk) onAsk(text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is being put together, Enter ends that.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    ask();
  };
  useEffect(() => {
    if (takesFocus) box.current?.focus();
  }, [takesFocus]);
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      {error !== null && <AskProblem error={error} />}
      <div className="flex items-end gap-2">
        <textarea
          ref={box}
          aria-label="Question"
          aria-describedby={told}
          aria-invalid={length?.isTooLong || undefined}
          placeholder="What do you want to know?"
          rows={2}
          className={classes(CONTROL, "field-sizing-content max-h-48 min-h-16 resize-none")}
          readOnly={isAsking}
          value={text}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <Button type="submit" look="main" icon="send" busy={isAsking} disabled={!mayAsk}>
          Ask
        </Button>
      </div>
      <p id={told} className={classes("text-sm", length?.isTooLong ? "text-bad" : "text-soft")}>
        {waitsFor ??
          length?.words ??
          `Enter asks, Shift and Enter begin a new line. At most ${QUESTION_MAX_CHARACTERS.toLocaleString("en")} characters.`}
      </p>
    </form>
  );
}
