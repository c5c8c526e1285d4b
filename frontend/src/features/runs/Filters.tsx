// Which runs are shown: of which state machine, how they stand, when they began.
import { classes } from "../../design/classes";
import { CONTROL } from "../../design/Field";
import { TimespanFilter } from "../../timespan/TimespanFilter";
import {
  MACHINES,
  RUN_STATUS,
  RUN_STATUSES,
  type RunStatus,
  STATE_MACHINES,
  type StateMachine,
} from "../../words/runs";
import type { RunsView } from "./view";

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
      <TimespanFilter label="Began" timespan={view} onChange={onChange} />
    </div>
  );
}
