import { describe, expect, it } from "vitest";
import { claimsOf, may, roleOf } from "./roles";

describe("the role", () => {
  it.each([
    [{ role: "editor" }, "role", "editor"],
    [{ metadata: { role: "viewer" } }, "metadata.role", "viewer"],
    [{ "https://x/role": "admin" }, "https://x/role", "admin"],
    [{ groups: ["viewer", "admin"] }, "groups", "admin"],
    [{ role: "root" }, "role", null],
    [{ metadata: "text" }, "metadata.role", null],
    [{}, "role", null],
  ])("of %o at %s is %s", (claims, claim, expected) => {
    expect(roleOf(claims, claim)).toBe(expected);
  });

  it("decides what is offered", () => {
    expect(["read", "write", "operate"].map((what) => may("editor", what as "read"))).toEqual([true, true, false]);
    expect(may(null, "read")).toBe(false);
  });
});

describe("a token", () => {
  it("is read with letters of all scripts", () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ name: "Zoë Ω ÿ?>" }));
    const body = btoa(String.fromCharCode(...bytes))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
    expect(claimsOf(`h.${body}.s`)).toEqual({ name: "Zoë Ω ÿ?>" });
  });

  it.each(["", "opaque", "a.b.c", "a.bnVsbA.c"])("that is none (%s) says nothing", (token) => {
    expect(claimsOf(token)).toEqual({});
  });
});
