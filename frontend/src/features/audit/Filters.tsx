// Which entries are shown: of a document or of who asked, and when.
import { classes } from "../../design/classes";
import { CONTROL } from "../../design/Field";
import { TimespanFilter } from "../../timespan/TimespanFilter";
import { type AuditView, isNamed, type Of } from "./view";

const OF: Record<Of, string> = {
  all: "Everybody",
  document: "A document",
  subject: "Somebody",
  signature: "Signed requests",
  operation: "Runs of operations",
  nobody: "Who proved nothing",
};
const NAMES = {
  document: { label: "Document", placeholder: "Id of the document" },
  subject: { label: "Subject", placeholder: "Subject of their tokens" },
};

export function Filters({ view, onChange }: { view: AuditView; onChange(changed: Partial<AuditView>): void }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
      <label className="flex items-center gap-2">
        Of
        <select
          className={classes(CONTROL, "w-auto")}
          value={view.of}
          onChange={(event) => onChange({ of: event.target.value as Of, value: "" })}
        >
          {Object.entries(OF).map(([of, label]) => (
            <option key={of} value={of}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {isNamed(view.of) && (
        <label className="flex min-w-0 items-center gap-2">
          {NAMES[view.of].label}
          <input
            className={classes(CONTROL, "w-64 min-w-0")}
            placeholder={NAMES[view.of].placeholder}
            autoComplete="off"
            spellCheck={false}
            defaultValue={view.value}
            key={`${view.of} ${view.value}`}
            // Each list is a request: it is asked for once what is typed is whole.
            onBlur={(event) => event.target.value !== view.value && onChange({ value: event.target.value.trim() })}
            onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
          />
        </label>
      )}
      <TimespanFilter label="Asked for" timespan={view} onChange={onChange} />
    </div>
  );
}
