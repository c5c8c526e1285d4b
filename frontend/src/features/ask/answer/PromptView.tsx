// What the model was given, read when it is opened.
import { useState } from "react";
import { ApiProblem } from "../../../api/problems";
import { Loading, Problem } from "../../../design/States";
import type { Answer } from "./folding";
import { type PromptMessage, usePrompt } from "./usePrompt";

const FROM: Record<PromptMessage["role"], string> = {
  system: "Instructions",
  user: "Asked, with the passages",
  assistant: "Answered before",
};

export function PromptView({ answer }: { answer: Answer }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit text-soft">What the model was given</summary>
      {isOpen && <Given answer={answer} />}
    </details>
  );
}

function Given({ answer }: { answer: Answer }) {
  const { data, error } = usePrompt(answer.chat_id, answer.message_id, true);
  if (error !== null) return <Refused error={error} />;
  if (data === undefined) return <Loading what="what the model was given" />;
  if (data.messages.length === 0) return <p className="mt-2">It was given nothing.</p>;
  return (
    <div className="mt-2 grid grid-cols-1 gap-3">
      {!data.whole && <p>Not all of it is served any more.</p>}
      <ol aria-label="Parts of the prompt" className="grid grid-cols-1 gap-3">
        {data.messages.map((message, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they stay in their order
          <li key={index} className="min-w-0">
            <p className="font-medium">{FROM[message.role]}</p>
            <pre className="rounded-lg bg-sunk p-3 font-sans break-words whitespace-pre-wrap">{message.content}</pre>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Refused({ error }: { error: unknown }) {
  const status = error instanceof ApiProblem ? error.status : null;
  if (status === 409) return <p className="mt-2">It is not shown: a document of it was deleted.</p>;
  if (status === 404) return <p className="mt-2">Nothing is known of what it was given.</p>;
  return (
    <div className="mt-2">
      <Problem error={error} />
    </div>
  );
}
