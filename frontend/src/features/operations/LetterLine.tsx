import { Link } from "wouter";
import { Button } from "../../design/Button";
import type { Letter } from "../../letters/letters";
import { runIdOf } from "../../words/runs";
import { duration } from "../../words/time";

/** A letter, and where it leads. `onRedrive` is null where who looks may not. */
export function LetterLine({ letter, onRedrive }: { letter: Letter; onRedrive: (() => void) | null }) {
  const { doc_hash, operation, version, task, error, execution_arn, unparseable, redrives } = letter;
  if (unparseable) {
    return (
      <li className="border-t border-line pt-2 text-sm">
        <p>
          A message that cannot be parsed: {unparseable.reason}. Nothing of Bloomweaver sends such; delete it in SQS.
        </p>
        <code className="break-all text-soft">{unparseable.excerpt}</code>
      </li>
    );
  }
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line pt-2 text-sm">
      <div className="min-w-0 flex-1 basis-64">
        <p className="break-words">
          {doc_hash !== undefined && (
            <Link href={`/documents/${doc_hash}`} className="text-accent underline">
              {doc_hash}
            </Link>
          )}
          , version {version ?? "?"}
          {task && `: ${task === "write" ? "not written" : "not removed"}`}
          {`, for ${duration(letter.age_seconds)}`}
          {redrives !== undefined && redrives > 0 && `, failed again ${redrives} times`}
        </p>
        {error && <p className="break-words text-soft">{error.message}</p>}
      </div>
      {operation && execution_arn && (
        <Link href={`/runs/${runIdOf(operation, execution_arn)}`} className="text-accent underline">
          Its run
        </Link>
      )}
      {onRedrive && (
        <Button
          look="quiet"
          icon="retry"
          aria-label={`Redrive the letter of ${doc_hash ?? "an unknown document"}`}
          onClick={onRedrive}
        >
          Redrive
        </Button>
      )}
    </li>
  );
}
