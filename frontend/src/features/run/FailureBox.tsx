// Why a run failed, in words, and what the failed state says itself.

import { causeInWords } from "../../words/causes";
import type { Failure } from "./failure";
import type { RunDetail } from "./history";

export function FailureBox({ failure, run }: { failure: Failure; run: RunDetail }) {
  const { what, advice } = causeInWords(failure.type);
  return (
    <div role="alert" className="rounded-xl border border-bad bg-bad-tint px-4 py-3">
      <p className="text-lg font-semibold">{what}</p>
      <p>{advice}</p>
      {/* On a telephone the graph is to be seen below it; the failed state has all of this too. */}
      <p className="mt-2 line-clamp-3 text-sm break-words text-soft sm:line-clamp-none">
        {failure.state ? `${failure.state.name} ended with ${failure.type}` : failure.type}
        {failure.cause && `: ${failure.cause}`}
      </p>
      {run.error_type === "DeadLettered" && failure.type !== "DeadLettered" && (
        <p className="text-sm text-soft">
          What could not be done waits as a dead letter. All else of the version was done.
        </p>
      )}
    </div>
  );
}
