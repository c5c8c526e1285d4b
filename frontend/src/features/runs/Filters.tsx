// Which runs are shown: of which state machine, how they stand, when they began.
import { classes } from "../../design/classes";
import { CONTROL } from "../../design/Field";
import {
  MACHINES,
  RUN_STATUS,
  RUN_STATUSES,
  type RunStatus,
  STATE_MACHINES,
  type StateMachine,
} from "../../words/runs";
import { fromInput, type RunsView, type Span, toInput } from "./view";

const SPANS: Record<Span, string> = {
  all: "Any time",
  hour: "In the last hour",
  day: "In the last 24 hours",
  week: "In the last 7 days",
  between: "Between",
};

export function Filters({ view, onChange }: { view: RunsView; onChange(changed: Partial<RunsView>): void }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
      <label className="flex items-center gap-2">
        Of
        <select
          className={classes(CONTROL, "w-auto")}
          value={view.machine ?? ""}
          onChange={(event) => onChange({ machine: (event.target.value || null) as StateMachine | null })}
        >
          <option value="">Any kind</option>
          {STATE_MACHINES.map((machine) => (
            <option key={machine} value={machine}>
              {MACHINES[machine]}
            </option>
          ))}
        </select>
      </label>
      <label className="flex items-center gap-2">
        Status
        <select
          className={classes(CONTROL, "w-auto")}
          value={view.status ?? ""}
          onChange={(event) => onChange({ status: (event.target.value || null) as RunStatus | null })}
        >
          <option value="">Any</option>
          {RUN_STATUSES.map((status) => (
            <option key={status} value={status}>
              {RUN_STATUS[status].label}
            </option>
          ))}
        </select>
      </label>
      <label className="flex items-center gap-2">
        Began
        <select
          className={classes(CONTROL, "w-auto")}
          value={view.span}
          onChange={(event) => onChange({ span: event.target.value as Span, since: "", until: "" })}
        >
          {Object.entries(SPANS).map(([span, label]) => (
            <option key={span} value={span}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {view.span === "between" && (
        <>
          <TimeInput label="From" value={view.since} onChange={(since) => onChange({ since })} />
          <TimeInput label="Until" value={view.until} onChange={(until) => onChange({ until })} />
        </>
      )}
    </div>
  );
}

function TimeInput({ label, value, onChange }: { label: string; value: string; onChange(value: string): void }) {
  return (
    <label className="flex items-center gap-2">
      {label}
      <input
        type="datetime-local"
        className={classes(CONTROL, "w-auto")}
        defaultValue={toInput(value)}
        key={value}
        // A time is whole once the field is left; while it is typed it is another one with each key.
        onBlur={(event) => event.target.value !== toInput(value) && onChange(fromInput(event.target.value))}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
    </label>
  );
}
