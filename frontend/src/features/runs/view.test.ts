import { describe, expect, it } from "vitest";
import { ALL, addressOf, type RunsView, runsQuery, viewOf } from "./view";

const view = (given: Partial<RunsView>): RunsView => ({ ...ALL, ...given });
const NOW = Date.parse("2026-06-15T12:00:00Z");

describe("the address of a view", () => {
  it.each([
    ALL,
    view({ machine: "update", status: "failed", span: "day" }),
    view({ span: "between", since: "2026-06-15T10:00:00.000Z", until: "" }),
  ])("leads back to it: %o", (given) => {
    expect(viewOf(new URL(addressOf(given), "http://x").search)).toEqual(given);
  });

  it("that somebody made up is taken as far as it means something", () => {
    expect(viewOf("?machine=toString&status=no&span=constructor&since=x")).toEqual(ALL);
    expect(viewOf("?span=between&since=yesterday").since).toBe("");
    expect(viewOf("?since=2026-06-15T10:00:00Z").since).toBe("");
  });
});

it("a span is asked for as a time", () => {
  expect(runsQuery(ALL, NOW)).toEqual({});
  expect(runsQuery(view({ machine: "delete", status: "aborted", span: "hour" }), NOW)).toEqual({
    state_machine: "delete",
    status: "aborted",
    since: "2026-06-15T11:00:00.000Z",
  });
});
