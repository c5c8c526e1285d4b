// What could not take part in the answer is said, and not hidden.
import type { Answer } from "./useSearch";

const PARTS: Record<string, string> = {
  dense: "The search by meaning",
  keyword: "The search by words",
  rerank: "The reranking",
};

export function Missing({ answer }: { answer: Answer }) {
  const missing = Object.entries(answer.legs).filter(([, leg]) => leg.missing !== null);
  if (missing.length === 0 && !answer.moved) return null;
  return (
    <div role="status" className="grid gap-1 rounded-lg border border-warn bg-warn-tint px-4 py-3">
      {missing.map(([part, leg]) => (
        <p key={part} className="break-words">
          {PARTS[part] ?? part} could not take part: {leg.missing}
        </p>
      ))}
      {answer.moved && <p>The index has changed since the first page: a hit may be missing, or come twice.</p>}
    </div>
  );
}
