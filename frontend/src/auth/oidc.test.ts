import { expect, it } from "vitest";
import { returnPath, secondsLeft } from "./oidc";

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

it("an ID token ends when it says so, whenever the access token does", () => {
  const profile = { iss: "i", sub: "s", aud: "a", iat: 0, exp: Date.now() / 1000 + 60 };
  expect(secondsLeft({ profile, expires_in: 3600 }, "id_token")).toBeCloseTo(60, 0);
  expect(secondsLeft({ profile, expires_in: 3600 }, "access_token")).toBe(3600);
  expect(secondsLeft({ profile, expires_in: undefined }, "access_token")).toBe(0);
});
