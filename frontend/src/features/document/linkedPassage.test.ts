import { expect, it } from "vitest";
import { linkedPassage } from "./linkedPassage";

it("an address leads to a passage of a version", () => {
  expect(linkedPassage("?version=3&passage=v000003-00012")).toEqual({ version: 3, chunkId: "v000003-00012" });
});

it.each([
  "",
  "?passage=v000003-00012",
  "?version=3",
  "?version=x&passage=a",
  "?version=-1&passage=a",
  "?version=1&passage=",
])("%j leads to none", (search) => {
  expect(linkedPassage(search)).toBeNull();
});
