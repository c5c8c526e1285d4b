// An answer's text with its citations. What documents say literally is shown letter by letter; what a model wrote is Markdown.
import { lazy, Suspense, useMemo } from "react";
import { Chip } from "./Chip";
import { piecesOf } from "./cited";
import type { Answer } from "./folding";
import { isByModel } from "./states";

const CitedMarkdown = lazy(() => import("./CitedMarkdown"));

export function AnswerText({ answer }: { answer: Answer }) {
  const { text, citations } = answer;
  const pieces = useMemo(() => piecesOf(text, citations), [text, citations]);
  // That the documents do not say is said as how it stands.
  if (text === "" || answer.status === "no_answer") return null;
  const literal = (
    <p className="whitespace-pre-wrap">
      {pieces.map((piece, index) =>
        typeof piece === "string" ? (
          piece
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place in a text has nothing else
          <Chip key={index} number={piece} citation={citations.find((each) => each.number === piece)} />
        ),
      )}
    </p>
  );
  return (
    <div className="break-words">
      {isByModel(answer) ? (
        <Suspense fallback={literal}>
          <CitedMarkdown pieces={pieces} citations={citations} />
        </Suspense>
      ) : (
        literal
      )}
    </div>
  );
}
