// How and where is searched.
import { useEffect, useState } from "react";
import { classes } from "../../design/classes";
import { CONTROL } from "../../design/Field";
import { FolderSuggestions } from "../../library/FolderSuggestions";
import { ROOT, typedFolder } from "../../library/folderPath";
import { MODES, type Question } from "./question";

export function Options({ question, onChange }: { question: Question; onChange(changed: Partial<Question>): void }) {
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
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
    </div>
  );
}

function FolderBox({ folder, onChange }: { folder: string; onChange(folder: string): void }) {
  const [typed, setTyped] = useState(folder);
  useEffect(() => setTyped(folder), [folder]);
  const take = () => {
    const path = typedFolder(typed);
    const next = path === ROOT ? "" : path;
    setTyped(next);
    if (next !== folder) onChange(next);
  };
  return (
    <div>
      <input
        aria-label="In the folder"
        placeholder="In any folder"
        list="search-folders"
        autoComplete="off"
        className={classes(CONTROL, "w-56")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === "Enter" && take()}
      />
      <FolderSuggestions id="search-folders" typed={typed} />
    </div>
  );
}
