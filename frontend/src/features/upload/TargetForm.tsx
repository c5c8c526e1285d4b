// Where files go, and what is said of all of them.
import { type ReactNode, useState } from "react";
import { CONTROL, Field } from "../../design/Field";
import { FolderSuggestions } from "../../library/FolderSuggestions";
import { typedFolder } from "../../library/folderPath";
import type { Target } from "../../uploads/source";

interface Props {
  target: Target;
  problems: Partial<Record<keyof Target, string>>;
  atOnce: boolean;
  onChange(changed: Partial<Target>): void;
  onAtOnce(atOnce: boolean): void;
}

export function TargetForm({ target, problems, atOnce, onChange, onAtOnce }: Props) {
  const [typed, setTyped] = useState(target.folder);
  return (
    <div className="grid max-w-4xl items-start gap-x-4 gap-y-2 sm:grid-cols-[minmax(0,1fr)_auto]">
      <Field label="Into the folder" problem={problems.folder ?? null}>
        {(ids) => (
          <input
            {...ids}
            className={CONTROL}
            value={typed}
            list="upload-folders"
            autoComplete="off"
            onChange={(event) => {
              setTyped(event.target.value);
              onChange({ folder: typedFolder(event.target.value) });
            }}
          />
        )}
      </Field>
      <FolderSuggestions id="upload-folders" typed={typed} />
      <label className="flex min-h-9 items-center gap-2 sm:mt-6.5">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={atOnce}
          onChange={(event) => onAtOnce(event.target.checked)}
        />
        Send at once
      </label>
      <More open={target.prefix !== "" || target.language !== ""}>
        <Field
          label="Prefix of ids"
          hint="As --prefix of the command: it keeps two folders with the same files apart."
          problem={problems.prefix ?? null}
        >
          {(ids) => (
            <input
              {...ids}
              className={CONTROL}
              value={target.prefix}
              autoComplete="off"
              onChange={(event) => onChange({ prefix: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Language"
          hint="Such as de or pt-BR. Empty: it is found out from each text."
          problem={problems.language ?? null}
        >
          {(ids) => (
            <input
              {...ids}
              className={CONTROL}
              value={target.language}
              autoComplete="off"
              onChange={(event) => onChange({ language: event.target.value.trim() })}
            />
          )}
        </Field>
      </More>
    </div>
  );
}

function More({ open, children }: { open: boolean; children: ReactNode }) {
  // Who empties a field does not mean to close what it is in.
  const [opened] = useState(open);
  return (
    <details className="sm:col-span-2" open={opened}>
      <summary className="w-fit rounded text-sm text-soft">Prefix of ids, language</summary>
      <div className="mt-2 grid gap-4 sm:grid-cols-2">{children}</div>
    </details>
  );
}
