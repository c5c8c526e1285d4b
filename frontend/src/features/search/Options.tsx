// How and where is searched.
import { FolderBox } from "../../library/FolderBox";
import { MODES, type Question } from "./question";

export function Options({ question, onChange }: { question: Question; onChange(changed: Partial<Question>): void }) {
  return (
    <>
      <fieldset className="flex items-center gap-1 rounded-lg border border-line bg-card p-0.5">
        <legend className="sr-only">Search by</legend>
        {MODES.map(({ value, label, means }) => (
          <label
            key={value}
            title={means}
            className="cursor-pointer rounded-md px-3 py-1 text-sm has-checked:bg-accent-tint has-checked:font-medium has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="mode"
              className="sr-only"
              checked={question.mode === value}
              onChange={() => onChange({ mode: value })}
            />
            {label}
          </label>
        ))}
      </fieldset>
      <FolderBox folder={question.folder} onChange={(folder) => onChange({ folder })} />
      <label className="flex min-h-9 items-center gap-2 text-sm">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={question.why}
          onChange={(event) => onChange({ why: event.target.checked })}
        />
        Say why
      </label>
    </>
  );
}
