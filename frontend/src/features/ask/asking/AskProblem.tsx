// Why a question was not taken, and when it may be.
import { useEffect, useMemo, useState } from "react";
import { ApiProblem } from "../../../api/problems";
import { Problem } from "../../../design/States";
import { againAt, againWords } from "./limits";

const WORDS: Record<number, string> = {
  404: "This chat, or the question, is not there any more: it was deleted, or its time is over.",
  409: "The question before is still being answered. Wait for it, or stop it.",
  429: "No more may be asked for now",
};

export function AskProblem({ error }: { error: unknown }) {
  const words = error instanceof ApiProblem ? WORDS[error.status] : undefined;
  if (!(error instanceof ApiProblem) || words === undefined) return <Problem error={error} />;
  return (
    <div role="alert" className="w-full rounded-lg border border-warn bg-warn-tint px-4 py-3">
      <p className="font-medium break-words">{error.status === 429 ? `${words}: ${limitWords(error)}.` : words}</p>
      <Again error={error} />
    </div>
  );
}

/** Which limit it is, as the service says it. */
function limitWords({ fields, detail }: ApiProblem): string {
  return fields.length > 0 ? fields.map((field) => field.detail).join("; ") : detail;
}

/** It counts on by itself. */
function Again({ error }: { error: ApiProblem }) {
  const at = useMemo(() => againAt(error, Date.now()), [error]);
  const [now, setNow] = useState(() => Date.now());
  const isOver = at === null || now >= at;
  useEffect(() => {
    if (isOver) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isOver]);
  return at === null ? null : <p>{againWords(at, now)}</p>;
}
