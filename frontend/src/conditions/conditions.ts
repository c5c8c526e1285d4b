// Conditions on metadata, as they are built by clicking: what a search and a chat are narrowed by.
import type { Schemas } from "../api/client";

export type Comparison = "is" | "is not" | "at least" | "at most";
export type Value = string | number | boolean;
export type Filter = Schemas["Filter"];

export interface Condition {
  name: string;
  comparison: Comparison;
  value: Value;
}

const OPERATORS: Record<Comparison, string> = { is: "$eq", "is not": "$ne", "at least": "$gte", "at most": "$lte" };
const COMPARISONS = Object.keys(OPERATORS) as Comparison[];

/** Which comparisons a value takes part in. */
export function comparisonsOf(value: Value): Comparison[] {
  return typeof value === "number" ? COMPARISONS : ["is", "is not"];
}

/** The conditions with one more; one that is there already is not added twice. */
export function withCondition(conditions: Condition[], condition: Condition): Condition[] {
  const text = JSON.stringify(condition);
  return conditions.some((each) => JSON.stringify(each) === text) ? conditions : [...conditions, condition];
}

/** What the API takes for them, which all have to hold; undefined for none. */
export function filterOf(conditions: readonly Condition[]): Filter | undefined {
  const each = conditions.map(({ name, comparison, value }) => ({ [name]: { [OPERATORS[comparison]]: value } }));
  return (each.length > 1 ? { $and: each } : each[0]) as Filter | undefined;
}

/** The conditions that such a filter was made of; null for one that is not made by clicking. */
export function conditionsOf(filter: Record<string, unknown> | null): Condition[] | null {
  if (filter === null) return [];
  const { $and: all, ...named } = filter;
  if (all !== undefined && !Array.isArray(all)) return null;
  const found = Object.entries(named).map(([name, test]) => conditionsOn(name, test));
  found.push(...((all as Record<string, unknown>[] | undefined) ?? []).map(conditionsOf));
  return found.some((each) => each === null) ? null : found.flatMap((each) => each ?? []);
}

/** As it stands in an address. */
export function addressed({ name, comparison, value }: Condition): string {
  return JSON.stringify([name, comparison, value]);
}

/** The condition that stands so in an address, or none. */
export function fromAddress(text: string): Condition[] {
  try {
    const [name, comparison, value] = JSON.parse(text) as unknown[];
    if (typeof name !== "string" || name === "" || name.startsWith("$") || !isValue(value)) return [];
    const found = comparisonsOf(value).find((each) => each === comparison);
    return found ? [{ name, comparison: found, value }] : [];
  } catch {
    return [];
  }
}

/** A value in words. */
export function valueWords(value: Value): string {
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

function conditionsOn(name: string, test: unknown): Condition[] | null {
  if (name.startsWith("$")) return null;
  if (isValue(test)) return [{ name, comparison: "is", value: test }];
  if (typeof test !== "object" || test === null) return null;
  const found = Object.entries(test).map(([operator, value]): Condition | null => {
    const comparison = COMPARISONS.find((each) => OPERATORS[each] === operator);
    const fits = isValue(value) && comparison !== undefined && comparisonsOf(value).includes(comparison);
    return fits ? { name, comparison, value } : null;
  });
  return found.includes(null) ? null : (found as Condition[]);
}

function isValue(value: unknown): value is Value {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
