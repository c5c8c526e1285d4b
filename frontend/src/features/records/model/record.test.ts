import { expect, it } from "vitest";
import { contentOf, recordId, typedValue, valuesOf } from "./record";

it("the id of a record is made of its collection and its key alone", async () => {
  const ids = [await recordId("/people", "ada"), await recordId("/peopl", "e/ada"), await recordId("/people", "Ada")];
  expect(new Set(ids).size).toBe(3);
  expect(await recordId("/people", "ada")).toBe("record-people-ada-da6d97be0447a466");
  for (const id of [...ids, await recordId("/a", "x".repeat(500)), await recordId("/a", "鍵")])
    expect(id).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
});

it("properties keep their order and their kinds", () => {
  const content = '{"id": "a", "2024": 1, "b": [1, {"c": null}], "a": true}';
  const values = valuesOf(content);
  expect([...(values?.keys() ?? [])]).toEqual(["id", "2024", "b", "a"]);
  expect(valuesOf(contentOf(values ?? new Map()))).toEqual(values);
  for (const other of ["[1]", "1", ""]) expect(valuesOf(other)).toBeNull();
});

it.each([
  ["7", 5, 7],
  ["seven", 5, "seven"],
  ["007", 5, "007"],
  ["1.50", 1.5, "1.50"],
  ["false", true, false],
  ["5", true, "5"],
  ["5", "4", "5"],
  ["5", undefined, "5"],
  ["", null, null],
  ["[1]", [2], [1]],
  ["[1", [2], "[1"],
])("%j over %j is %j", (cell, before, value) => {
  expect(typedValue(cell, before)).toEqual(value);
});
