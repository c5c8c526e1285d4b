// What came of it: how many, how fast, how fresh; and the link to it.
import { Button } from "../../design/Button";
import { useNotice } from "../../design/Notices";
import { many } from "../../words/number";
import type { Answer } from "./useSearch";

interface Props {
  answer: Answer;
  hits: number;
  /** Documents that were indexed since. */
  changes: number;
  isWorking: boolean;
  onAgain(): void;
}

export function AnswerLine({ answer, hits, changes, isWorking, onAgain }: Props) {
  const notice = useNotice();
  const copy = () =>
    navigator.clipboard.writeText(location.href).then(
      () => notice("The link to this search is copied"),
      () => notice("The link could not be copied; it is the address of this page"),
    );
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-3 text-sm text-soft">
      <span role="status">
        {isWorking ? "Searching" : `${many(hits, "hit")} in ${Math.round(answer.took_ms.total ?? 0)} ms`}
        {!isWorking && answer.cached !== null && ", candidates kept from before"}
      </span>
      {changes > 0 && (
        <Button icon="retry" onClick={onAgain}>
          {many(changes, "document")} indexed since: search again
        </Button>
      )}
      <Button look="quiet" icon="link" className="ml-auto" onClick={() => void copy()}>
        Copy link
      </Button>
    </div>
  );
}
