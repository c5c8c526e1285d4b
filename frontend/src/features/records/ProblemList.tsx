// What is wrong, by row and column.
import { IconButton } from "../../design/Button";
import type { CellProblem } from "./model/problems";

const SHOWN = 20;

interface Props {
  title: string;
  problems: readonly CellProblem[];
  onGo?(problem: CellProblem): void;
  onClose?(): void;
}

export function ProblemList({ title, problems, onGo, onClose }: Props) {
  return (
    <div role="alert" className="border-b border-bad bg-bad-tint px-4 py-3">
      <div className="flex items-start justify-between gap-2">
        <p className="font-medium">{title}</p>
        {onClose && <IconButton icon="close" label="Dismiss" className="-my-1.5" onClick={onClose} />}
      </div>
      <ul className="mt-1 grid max-h-40 gap-1 overflow-y-auto text-sm">
        {problems.slice(0, SHOWN).map((problem) => (
          <li key={`${problem.row} ${problem.column} ${problem.text}`} className="break-words">
            <Place problem={problem} onGo={onGo} />: {problem.text}.
          </li>
        ))}
        {problems.length > SHOWN && <li>and {problems.length - SHOWN} more</li>}
      </ul>
    </div>
  );
}

function Place({ problem, onGo }: { problem: CellProblem; onGo: Props["onGo"] }) {
  const place = `Row ${problem.row}, column ${problem.column}`;
  if (onGo === undefined) return place;
  return (
    <button type="button" className="rounded font-medium underline" onClick={() => onGo(problem)}>
      {place}
    </button>
  );
}
