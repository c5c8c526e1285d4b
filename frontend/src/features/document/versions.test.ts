import { describe, expect, it } from "vitest";
import type { Schemas } from "../../api/client";
import type { Entry } from "../../words/audit";
import type { Run } from "../../words/runs";
import { versionsOf } from "./versions";

const at = (minute: number) => `2026-06-15T12:0${minute}:00+00:00`;
const document = {
  version: 4,
  served_version: 3,
  operation: "UPDATE",
  accepted_at: at(4),
  created_at: at(1),
} as const;
const run = (version: number, operation: Schemas["Operation"], attempt = 0): Run => ({
  id: `${operation.toLowerCase()}-d-${version}${attempt ? `-r${attempt}` : ""}`,
  name: `d-${version}`,
  state_machine: "update",
  status: "succeeded",
  started_at: at(version),
  ended_at: null,
  document: { doc_hash: "d", version, attempt, operation },
  operation_id: null,
  error_type: null,
  redrives: 0,
});
const entry = (version: number | null, action: Entry["action"], operation: Entry["operation"]): Entry => ({
  id: `${version}`,
  at: at(version ?? 0),
  action,
  outcome: version === null ? "refused" : "accepted",
  caller: { kind: "token", subject: "user_2b", role: "editor" },
  source_ip: null,
  correlation_id: "c",
  doc_hash: "d",
  operation,
  version,
  target: null,
  runs: [],
  status: null,
  error: null,
  ended_at: null,
});

describe("the versions of a document", () => {
  it("are told by runs and the record where nobody may read who asked", () => {
    const runs = [run(4, "UPDATE"), run(3, "UPDATE"), run(1, "CREATE")];
    expect(versionsOf(document, runs, [], 9)).toEqual([
      { number: 4, kind: "Update", at: at(4), isAccepted: true, caller: null, run: "update-d-4", isServed: false },
      { number: 3, kind: "Update", at: at(3), isAccepted: false, caller: null, run: "update-d-3", isServed: true },
      { number: 2, kind: null, at: null, isAccepted: false, caller: null, run: null, isServed: false },
      {
        number: 1,
        kind: "New document",
        at: at(1),
        isAccepted: true,
        caller: null,
        run: "create-d-1",
        isServed: false,
      },
    ]);
  });

  it("are told with who asked where the audit log is read", () => {
    const entries = [entry(null, "editDocument", null), entry(3, "editDocument", "UPDATE")];
    const [, third] = versionsOf(document, [], entries, 9);
    expect(third).toMatchObject({ kind: "Edit", at: at(3), isAccepted: true, run: null });
    expect(third?.caller?.subject).toBe("user_2b");
  });

  it("are those that were asked for: a further attempt and the removal of leftovers are none", () => {
    const runs = [run(3, "CLEAN"), run(3, "UPDATE", 1), run(3, "UPDATE")];
    expect(versionsOf(document, runs, [], 2)[1]).toMatchObject({ kind: "Update", run: "update-d-3" });
  });

  it("are not told by the removal of leftovers alone", () => {
    expect(versionsOf(document, [run(3, "CLEAN")], [], 2)[1]).toMatchObject({ kind: null, run: null });
  });

  it("are the newest ones", () => {
    expect(versionsOf(document, [], [], 2).map((version) => version.number)).toEqual([4, 3]);
  });
});
