import { expect, it } from "vitest";
import { addressOf, problemsOf, targetOf } from "./target";

it("a target is in the address, and comes back from there", () => {
  const target = { folder: "/guides/a b", prefix: "docs", language: "de" };
  expect(targetOf(addressOf(target).split("?")[1] ?? "")).toEqual(target);
  expect(addressOf(targetOf(""))).toBe("/upload");
});

it("what is wrong is named before anything is taken", () => {
  expect(problemsOf(targetOf("folder=/a/../b&prefix=a/b&language=not a tag"))).toEqual({
    folder: expect.stringContaining(".."),
    prefix: expect.stringContaining("64 letters"),
    language: expect.stringContaining("tag"),
  });
  expect(problemsOf({ folder: "/", prefix: "", language: "zh-Hant" })).toEqual({});
});
