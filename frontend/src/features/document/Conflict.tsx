// Somebody else was faster: what they have made of it beside what was typed, and the choice.
import { Button } from "../../design/Button";

interface Props {
  /** The version that the edit began on, and the one that is there now. */
  began: number;
  now: number;
  theirs: string;
  mine: string;
  onKeepMine(): void;
  onTakeTheirs(): void;
}

export function Conflict({ began, now, theirs, mine, onKeepMine, onTakeTheirs }: Props) {
  return (
    <div role="alert" className="mt-2 rounded-lg border border-warn bg-warn-tint px-4 py-3">
      <p className="font-medium">Somebody changed this document while you were editing</p>
      <p>
        You began on version {began}; version {now} is there now. Nothing of yours was saved, and nothing of theirs is
        lost.
      </p>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-3 gap-y-1">
        <dt className="text-soft">Theirs</dt>
        <dd className="min-w-0 break-words">{theirs || "empty"}</dd>
        <dt className="text-soft">Yours</dt>
        <dd className="min-w-0 break-words">{mine || "empty"}</dd>
      </dl>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button onClick={onTakeTheirs}>Take theirs</Button>
        <Button onClick={onKeepMine}>Save mine over it</Button>
      </div>
    </div>
  );
}
