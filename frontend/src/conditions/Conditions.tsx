// Conditions on metadata, each of which can be turned round or removed.
import { IconButton } from "../design/Button";
import { type Comparison, type Condition, comparisonsOf, valueWords } from "./conditions";

interface Props {
  conditions: Condition[];
  onChange(conditions: Condition[]): void;
}

export function Conditions({ conditions, onChange }: Props) {
  if (conditions.length === 0) return null;
  const replace = (index: number, condition: Condition) => onChange(conditions.with(index, condition));
  return (
    <ul aria-label="Conditions" className="flex flex-wrap gap-2">
      {conditions.map((condition, index) => (
        <li
          key={JSON.stringify(condition)}
          className="flex min-h-9 max-w-full items-center gap-1 rounded-lg border border-accent bg-accent-tint pl-3"
        >
          <span className="min-w-0 truncate">{condition.name}</span>
          <select
            aria-label={`How ${condition.name} is compared`}
            className="rounded bg-transparent px-1"
            value={condition.comparison}
            onChange={(event) => replace(index, { ...condition, comparison: event.target.value as Comparison })}
          >
            {comparisonsOf(condition.value).map((comparison) => (
              <option key={comparison} className="bg-card text-ink">
                {comparison}
              </option>
            ))}
          </select>
          <span className="min-w-0 truncate font-medium">{valueWords(condition.value)}</span>
          <IconButton
            icon="close"
            label={`Remove the condition on ${condition.name}`}
            onClick={() => onChange(conditions.toSpliced(index, 1))}
          />
        </li>
      ))}
    </ul>
  );
}
