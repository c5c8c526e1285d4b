// The conditions on metadata that a search has; they are added by clicking what a hit has.
import { IconButton } from "../../design/Button";
import { type Comparison, type Condition, comparisonsOf, type Question } from "./question";

export function Conditions({ question, onChange }: { question: Question; onChange(changed: Partial<Question>): void }) {
  const { conditions } = question;
  if (conditions.length === 0) return null;
  const replace = (index: number, condition: Condition) => onChange({ conditions: conditions.with(index, condition) });
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
          <span className="min-w-0 truncate font-medium">{wordsOf(condition.value)}</span>
          <IconButton
            icon="close"
            label={`Remove the condition on ${condition.name}`}
            onClick={() => onChange({ conditions: conditions.toSpliced(index, 1) })}
          />
        </li>
      ))}
    </ul>
  );
}

function wordsOf(value: Condition["value"]): string {
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}
