// What of the folder is shown, and in which order.
import { useEffect, useState } from "react";
import type { DocumentStatus } from "../../api/client";
import { classes } from "../../design/classes";
import { CONTROL } from "../../design/Field";
import { isOfNoFolder, sortsByTitle, type View } from "../../library/view";
import { STATUS, STATUSES } from "../../words/status";

const TYPING_MILLISECONDS = 250;

export function Filters({ view, onChange }: { view: View; onChange(changed: Partial<View>): void }) {
  const ofFolder = !isOfNoFolder(view);
  const byTitle = sortsByTitle(view);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <TitleFilter key={view.folder} view={view} disabled={!byTitle} onChange={onChange} />
      <label className="flex items-center gap-2 text-sm">
        Status
        <select
          className={classes(CONTROL, "w-auto")}
          value={view.status ?? ""}
          onChange={(event) => onChange({ status: (event.target.value || null) as DocumentStatus | null })}
        >
          <option value="">Any</option>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {STATUS[status].label}
            </option>
          ))}
        </select>
      </label>
      <label className="flex items-center gap-2 text-sm">
        Order
        <select
          className={classes(CONTROL, "w-auto")}
          value={byTitle && (view.order === "title" || view.title !== "") ? "title" : "time"}
          disabled={!byTitle || view.title !== ""}
          title={view.title === "" ? undefined : "A list by the beginning of titles is sorted by title."}
          onChange={(event) => onChange({ order: event.target.value as View["order"] })}
        >
          <option value="time">Newest first</option>
          <option value="title">By title</option>
        </select>
      </label>
      {ofFolder && (
        <label className="flex min-h-9 items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={view.below}
            onChange={(event) => onChange({ below: event.target.checked })}
          />
          With folders below
        </label>
      )}
    </div>
  );
}

interface TitleFilterProps {
  view: View;
  disabled: boolean;
  onChange(changed: Partial<View>): void;
}

function TitleFilter({ view, disabled, onChange }: TitleFilterProps) {
  const [typed, setTyped] = useState(view.title);
  useEffect(() => setTyped(view.title), [view.title]);
  useEffect(() => {
    if (typed === view.title) return;
    const soon = setTimeout(() => onChange({ title: typed }), TYPING_MILLISECONDS);
    return () => clearTimeout(soon);
  });
  return (
    <input
      type="search"
      aria-label="Titles that begin with"
      placeholder="Title begins with"
      className={classes(CONTROL, "w-full sm:w-56")}
      value={disabled ? "" : typed}
      disabled={disabled}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}
