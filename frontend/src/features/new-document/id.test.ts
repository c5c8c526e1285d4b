import { expect, it } from "vitest";
import { ID, idOf } from "./id";

it.each([
  ["Opening hours", "opening-hours"],
  ["  Käse & Brot! ", "kase-brot"],
  ["Ünïcode 2026/27", "unicode-2026-27"],
  ["--", ""],
  ["開館時間", ""],
  ["a".repeat(300), "a".repeat(100)],
])("%j gives %j", (title, id) => {
  expect(idOf(title)).toBe(id);
  expect(id === "" || ID.test(id)).toBe(true);
});
