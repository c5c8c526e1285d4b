// What an answer was made from, read when it is opened: the passages, and what the model was given if a model wrote it.
import { useState } from "react";
import { Link } from "wouter";
import { ApiProblem } from "../../../api/problems";
import { Loading, Problem } from "../../../design/States";
import { Badge } from "../../../design/StatusBadge";
import type { Answer } from "./folding";
import { isByModel, sourceAddress, sourceName, sourceState } from "./states";
import { type GivenPassage, type PromptMessage, usePrompt } from "./usePrompt";

const FROM: Record<PromptMessage["role"], string> = {
  system: "Instructions",
  user: "Asked, with the passages",
  assistant: "Answered before",
};

export function PromptView({ answer }: { answer: Answer }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit text-soft">
        {isByModel(answer) ? "What the model was given" : "What was looked through"}
      </summary>
      {isOpen && <Given answer={answer} />}
    </details>
  );
}

function Given({ answer }: { answer: Answer }) {
  const { data, error } = usePrompt(answer.chat_id, answer.message_id, true);
  if (error !== null) return <Refused error={error} />;
  if (data === undefined) return <Loading what="what the answer was made from" />;
  const { messages, passages, whole } = data;
  if (messages.length === 0 && passages.length === 0) return <p className="mt-2">There was no passage.</p>;
  const hasKeys = messages.length > 0;
  return (
    <div className="mt-2 grid grid-cols-1 gap-3">
      {!whole && <p>Not all of it is served any more.</p>}
      {passages.length > 0 && (
        <ol aria-label="Passages" className="grid grid-cols-1 gap-1">
          {passages.map((passage) => (
            <Passage key={passage.key} passage={passage} hasKey={hasKeys} />
          ))}
        </ol>
      )}
      {messages.length > 0 && (
        <ol aria-label="Parts of the prompt" className="grid grid-cols-1 gap-3">
          {messages.map((message, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they stay in their order
            <li key={index} className="min-w-0">
              <p className="font-medium">{FROM[message.role]}</p>
              <pre className="rounded-lg bg-sunk p-3 font-sans break-words whitespace-pre-wrap">{message.content}</pre>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** `hasKey`: it is called so in the prompt below. */
function Passage({ passage, hasKey }: { passage: GivenPassage; hasKey: boolean }) {
  const state = sourceState(passage);
  return (
    <li className="flex min-w-0 flex-wrap items-baseline gap-x-2 gap-y-1">
      {hasKey && <code className="text-soft">{passage.key}</code>}
      <Link href={sourceAddress(passage)} className="min-w-0 font-medium break-words text-accent hover:underline">
        {sourceName(passage)}
      </Link>
      <span className="min-w-0 break-words text-soft">
        version {passage.version}, {passage.chunk_id}
      </span>
      {state && (
        <Badge tone={state.tone} title={state.means}>
          {state.label}
        </Badge>
      )}
    </li>
  );
}

function Refused({ error }: { error: unknown }) {
  const status = error instanceof ApiProblem ? error.status : null;
  if (status === 409) return <p className="mt-2">It is not shown: a document of it was deleted.</p>;
  if (status === 404) return <p className="mt-2">Nothing is known of what it was made from.</p>;
  return (
    <div className="mt-2">
      <Problem error={error} />
    </div>
  );
}
