// Which runs are looked at: kept in the address, so that it can be shared, and asked of the API.
import { ANY_TIME, type Timespan, timespanIn, timespanQuery, writeTimespan } from "../../timespan/timespan";
import { RUN_STATUSES, type RunStatus, STATE_MACHINES, type StateMachine } from "../../words/runs";

/** The timespan is when they began. */
export interface RunsView extends Timespan {
  machine: StateMachine | null;
  status: RunStatus | null;
}

export const ALL: RunsView = { machine: null, status: null, ...ANY_TIME };

export function viewOf(search: string): RunsView {
  const given = new URLSearchParams(search);
  const machine = given.get("machine") as StateMachine | null;
  const status = given.get("status") as RunStatus | null;
  return {
    machine: machine !== null && STATE_MACHINES.includes(machine) ? machine : null,
    status: status !== null && RUN_STATUSES.includes(status) ? status : null,
    ...timespanIn(given),
  };
}

export function addressOf(view: RunsView): string {
  const given = new URLSearchParams();
  if (view.machine !== null) given.set("machine", view.machine);
  if (view.status !== null) given.set("status", view.status);
  writeTimespan(given, view);
  const text = given.toString();
  return text === "" ? "/runs" : `/runs?${text}`;
}

export interface RunsQuery {
  state_machine?: StateMachine;
  status?: RunStatus;
  since?: string;
  until?: string;
}

/** The parameters of `GET /runs`, up to `now` in milliseconds. */
export function runsQuery(view: RunsView, now: number): RunsQuery {
  return {
    ...(view.machine !== null && { state_machine: view.machine }),
    ...(view.status !== null && { status: view.status }),
    ...timespanQuery(view, now),
  };
}
