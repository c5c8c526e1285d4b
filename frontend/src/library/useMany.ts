// Doing the same to several documents, with true progress, and what failed.
import { useState } from "react";
import type { Shown } from "./actions";
import { inTurns, type Outcome } from "./inTurns";

export interface Many {
  /** How many are over, while it runs. */
  over: number | null;
  /** What failed the last time. */
  failed: Outcome<Shown>["failed"];
  run(documents: readonly Shown[], work: (document: Shown) => Promise<unknown>): Promise<Outcome<Shown>>;
}

export function useMany(): Many {
  const [over, setOver] = useState<number | null>(null);
  const [failed, setFailed] = useState<Many["failed"]>([]);
  return {
    over,
    failed,
    run: async (documents, work) => {
      setOver(0);
      setFailed([]);
      const outcome = await inTurns(documents, work, setOver);
      setOver(null);
      setFailed(outcome.failed);
      return outcome;
    },
  };
}
