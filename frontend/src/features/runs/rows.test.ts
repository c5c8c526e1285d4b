import { describe, expect, it } from "vitest";
import type { Run } from "../../words/runs";
import { looked } from "./rows";

const run = (second: number, status: Run["status"] = "running"): Run => ({
  id: `update-d-${second}`,
  name: `d-${second}`,
  state_machine: "update",
  status,
  started_at: `2026-06-15T12:00:${String(second).padStart(2, "0")}+00:00`,
  ended_at: null,
  document: null,
  operation_id: null,
  error_type: null,
  redrives: 0,
});
const ids = (runs: Run[]) => runs.map((each) => Number(each.id.split("-")[2]));

describe("a newer look at the first page", () => {
  it("changes rows where they are, and counts what began since", () => {
    const { runs, fresh } = looked([run(3), run(2)], [run(5), run(4), run(3, "succeeded"), run(2)], false);
    expect(ids(runs)).toEqual([3, 2]);
    expect(runs[0]?.status).toBe("succeeded");
    expect(fresh).toBe(2);
  });

  it("keeps what was pushed off its end", () => {
    expect(ids(looked([run(3), run(2)], [run(5), run(4), run(3)], true).runs)).toEqual([3, 2]);
  });

  it("leaves out what is not of the list any more", () => {
    expect(ids(looked([run(3), run(2), run(1)], [run(3), run(1)], true).runs)).toEqual([3, 1]);
    expect(ids(looked([run(3), run(1)], [run(3)], false).runs)).toEqual([3]);
    expect(looked([run(3)], [], false)).toEqual({ runs: [], fresh: 0 });
  });

  it("shows all where nothing was", () => {
    expect(ids(looked([], [run(2)], false).runs)).toEqual([2]);
  });
});
