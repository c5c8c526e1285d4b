import { expect, it } from "vitest";
import { checked } from "./configuration";

const SIGN_IN = {
  kind: "oidc",
  authority: "/issuer",
  client_id: "c",
  scope: "openid",
  token: "id_token",
  role_claim: "r",
};
const WHOLE = { api_url: "/api", place: "here", sign_in: SIGN_IN };

it("what is whole is taken", () => {
  expect(checked(WHOLE)).toEqual(WHOLE);
});

it.each([
  [null, "no object"],
  [{ ...WHOLE, api_url: "" }, "api_url"],
  [{ ...WHOLE, sign_in: undefined }, "sign_in"],
  [{ ...WHOLE, sign_in: { ...SIGN_IN, kind: "clerk" } }, "clerk"],
  [{ ...WHOLE, sign_in: { ...SIGN_IN, token: "refresh_token" } }, "token"],
  [{ ...WHOLE, sign_in: { ...SIGN_IN, client_id: 5 } }, "client_id"],
])("%o is refused, and %s is named", (given, named) => {
  expect(() => checked(given)).toThrow(named);
});
