// Sends steps a few at a time, and follows each until it is indexed or removed.
import type { Api, DocumentStatus, Schemas } from "../../../api/client";
import { answered } from "../../../api/problems";
import { inTurns } from "../../../library/inTurns";
import { deliver } from "../../../uploads/deliver";
import { Persistence } from "../../../uploads/persistence";
import type { Standing } from "../../../uploads/rows";
import { isUnderWay } from "../../../words/status";
import type { Sent } from "../model/plan";
import { saidOf } from "./compare";

const KEPT = "The record with its new key was not taken, so the one before was kept.";

/** Where a record stands that was sent here. */
export type RowState =
  | { is: "sending" }
  | { is: "not sent"; error: unknown }
  | { is: "sent"; version: number; now: Standing };

/** Sends one step, which expects that version. */
export type Sender = (step: Sent, version: number) => Promise<Schemas["Accepted"]>;

/**
 * Send each step; who fails keeps nobody back. Deletions come last, and a record that got another key is deleted only once the other one
 * is accepted. `onState` is told of each record.
 */
export async function sendAll(
  send: Sender,
  steps: readonly Sent[],
  expected: ReadonlyMap<string, number>,
  onState: (step: Sent, state: RowState) => void,
): Promise<void> {
  const persistence = new Persistence(() => {});
  const refused = new Set<number>();
  const one = async (step: Sent) => {
    try {
      const accepted = await persistence.of(() => send(step, expected.get(step.docHash) ?? 0));
      onState(step, acceptedAs(step, accepted));
    } catch (error) {
      refused.add(step.row.id);
      onState(step, { is: "not sent", error });
    }
  };
  for (const step of steps) onState(step, { is: "sending" });
  await inTurns(
    steps.filter(({ kind }) => kind !== "deleted"),
    one,
  );
  const gone = steps.filter(({ kind }) => kind === "deleted");
  for (const step of gone) if (refused.has(step.row.id)) onState(step, { is: "not sent", error: new Error(KEPT) });
  await inTurns(
    gone.filter(({ row }) => !refused.has(row.id)),
    one,
  );
}

export function senderOf(api: Api, folder: string): Sender {
  return (step, version) =>
    step.kind === "deleted"
      ? answered(
          api.POST("/webhook", { body: { operation: "DELETE", doc_hash: step.docHash, expected_version: version } }),
        )
      : deliver(api, {
          file: new File([step.content], step.docHash),
          source: { doc_hash: step.docHash, ...saidOf(step, folder), expected_version: version },
          onBytes: () => {},
          signal: new AbortController().signal,
        });
}

function acceptedAs(step: Sent, { version, status }: Schemas["Accepted"]): RowState {
  const begun: DocumentStatus = step.kind === "deleted" ? "deleting" : "queued";
  const over: DocumentStatus = step.kind === "deleted" ? "deleted" : "indexed";
  return { is: "sent", version, now: { version, status: status === "unchanged" ? over : begun, error: null } };
}

/** The state once a live message says so; what is of an older version says nothing of it. */
export function heard(state: RowState | undefined, now: Standing): RowState | undefined {
  if (state?.is !== "sent" || now.version < state.now.version) return state;
  return { ...state, now };
}

/** How many of those that were sent stand how; of statuses and of states before there is one. */
export function summed(states: Iterable<RowState>): {
  sending: number;
  underWay: number;
  notSent: number;
  over: Map<DocumentStatus, number>;
} {
  const sum = { sending: 0, underWay: 0, notSent: 0, over: new Map<DocumentStatus, number>() };
  for (const state of states) {
    if (state.is === "sending") sum.sending += 1;
    else if (state.is === "not sent") sum.notSent += 1;
    else if (isUnderWay(state.now.status)) sum.underWay += 1;
    else sum.over.set(state.now.status, (sum.over.get(state.now.status) ?? 0) + 1);
  }
  return sum;
}
