// What became of all that was sent last, in one line.

import { count } from "../../words/number";
import { STATUS } from "../../words/status";
import { type RowState, summed } from "./service/sending";

export function SentLine({ states }: { states: ReadonlyMap<string, RowState> }) {
  if (states.size === 0) return null;
  const { sending, underWay, notSent, over } = summed(states.values());
  const parts = [...over].map(([status, number]) => `${count(number)} ${STATUS[status].label.toLowerCase()}`);
  if (underWay > 0) parts.push(`${count(underWay)} on the way`);
  if (sending > 0) parts.push(`${count(sending)} being sent`);
  if (notSent > 0) parts.push(`${count(notSent)} not sent`);
  return (
    <p role="status" className={notSent > 0 ? "text-sm text-bad" : "text-sm"}>
      {sending + underWay === 0 ? "All is over" : "Sent"}: {parts.join(", ")}.
    </p>
  );
}
