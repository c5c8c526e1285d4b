import { expect, it } from "vitest";
import { digestOf } from "../../uploads/source";
import { basisOf, contentOf } from "./draft";

it.each(["a\nb\n", "a\r\nb\r\n", "", "\uFEFFa\n"])("%j is saved as it was read", async (content) => {
  const basis = await basisOf(content, 1);
  expect(basis.text).not.toContain("\r");
  expect(contentOf(basis.text, basis.newline)).toBe(content);
  expect(basis.sha256).toBe(await digestOf(content));
});
