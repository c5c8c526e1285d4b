import { expect, it } from "vitest";
import { returnPath } from "./oidc";

it.each([
  ["/documents?folder=%2Fa#x", "/documents?folder=%2Fa#x"],
  ["https://evil.example/", "/"],
  ["//evil.example/", "/"],
  ["/\\evil.example", "/"],
  ["javascript:alert(1)", "/"],
  ["/auth/callback?code=1", "/"],
])("a sign-in that began at %s comes back to %s", (to, expected) => {
  expect(returnPath({ to })).toBe(expected);
});

it.each([null, undefined, "text", {}, { to: 5 }])("a state that is none (%o) leads to the beginning", (state) => {
  expect(returnPath(state)).toBe("/");
});
