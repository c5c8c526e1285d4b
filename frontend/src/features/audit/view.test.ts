import { describe, expect, it } from "vitest";
import { ALL, type AuditView, addressOf, auditQuery, viewOf } from "./view";

const view = (given: Partial<AuditView>): AuditView => ({ ...ALL, ...given });
const NOW = Date.parse("2026-06-15T12:00:00Z");

describe("the address of a view", () => {
  it.each([
    ALL,
    view({ of: "document", value: "handbook-7", span: "day" }),
    view({ of: "subject", value: "a&b=<c>" }),
    view({ of: "nobody" }),
    view({ of: "document", value: "" }),
  ])("leads back to it: %o", (given) => {
    expect(viewOf(new URL(addressOf(given), "http://x").search)).toEqual(given);
  });

  it("that somebody made up is taken as far as it means something", () => {
    expect(viewOf("?caller=constructor&span=x")).toEqual(ALL);
    expect(viewOf("?caller=token")).toEqual(ALL);
    expect(viewOf("?document=a&subject=b&caller=nobody")).toEqual(view({ of: "document", value: "a" }));
  });
});

it("a list is asked for of one thing, or of all", () => {
  expect(auditQuery(ALL, NOW)).toEqual({});
  expect(auditQuery(view({ of: "document", value: "" }), NOW)).toEqual({});
  expect(auditQuery(view({ of: "document", value: "a" }), NOW)).toEqual({ doc_hash: "a" });
  expect(auditQuery(view({ of: "operation" }), NOW)).toEqual({ caller: "operation" });
  expect(auditQuery(view({ of: "subject", value: "me", span: "hour" }), NOW)).toEqual({
    subject: "me",
    since: "2026-06-15T11:00:00.000Z",
  });
});
