// Which of several documents could not be changed, and why.

import { many } from "../words/number";
import { details, inWords } from "../words/problems";
import type { Many } from "./useMany";

const SHOWN = 10;

export function Failures({ failed }: { failed: Many["failed"] }) {
  if (failed.length === 0) return null;
  return (
    <div role="alert" className="mt-3 rounded-lg border border-bad bg-bad-tint px-4 py-3">
      <p className="font-medium">{many(failed.length, "document")} could not be changed</p>
      <ul className="mt-1 grid gap-1 text-sm">
        {failed.slice(0, SHOWN).map(({ item, error }) => (
          <li key={item.doc_hash} className="break-words">
            {item.title ?? item.doc_hash}: {inWords(error).what}. {details(error).join(" ")}
          </li>
        ))}
        {failed.length > SHOWN && <li>and {many(failed.length - SHOWN, "other")}</li>}
      </ul>
    </div>
  );
}
