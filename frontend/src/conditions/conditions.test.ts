import { describe, expect, it } from "vitest";
import { addressed, type Condition, conditionsOf, filterOf, fromAddress, withCondition } from "./conditions";

const LANG: Condition = { name: "lang", comparison: "is", value: "en" };
const YEAR: Condition = { name: "year", comparison: "at least", value: 2020 };

describe("a filter", () => {
  it("has all conditions, also several on one name", () => {
    const conditions: Condition[] = [YEAR, { ...YEAR, comparison: "at most", value: 2024 }];
    expect(filterOf(conditions)).toEqual({ $and: [{ year: { $gte: 2020 } }, { year: { $lte: 2024 } }] });
    expect(filterOf([])).toBeUndefined();
  });

  it.each([[[]], [[LANG]], [[LANG, YEAR, { name: "draft", comparison: "is not", value: false }]]] as [Condition[]][])(
    "leads back to its conditions",
    (conditions) => {
      expect(conditionsOf(filterOf(conditions) ?? null)).toEqual(conditions);
    },
  );

  it("that was written by hand is shown as conditions where it says the same", () => {
    expect(conditionsOf({ lang: "en", year: { $gte: 2020, $lte: 2024 } })).toEqual([
      LANG,
      YEAR,
      { ...YEAR, comparison: "at most", value: 2024 },
    ]);
  });

  it.each([
    { $or: [{ lang: "en" }] },
    { tags: { $in: ["a"] } },
    { year: { $gte: "2020" } },
    { $and: { lang: "en" } },
    { lang: null },
    { lang: "en", $or: [] },
  ])("that says more than conditions can is none of them: %j", (filter) => {
    expect(conditionsOf(filter as unknown as Record<string, unknown>)).toBeNull();
  });
});

it("an address leads back to the condition", () => {
  expect(fromAddress(addressed(YEAR))).toEqual([YEAR]);
});

it("a condition is added once", () => {
  expect(withCondition([LANG], LANG)).toEqual([LANG]);
  expect(withCondition([LANG], YEAR)).toEqual([LANG, YEAR]);
});
