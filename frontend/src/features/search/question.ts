// What is searched for: kept in the address, so that it can be shared, and asked of the API.
import type { Schemas } from "../../api/client";

export type Mode = Schemas["Mode"];
export type Comparison = "is" | "is not" | "at least" | "at most";
export type Value = string | number | boolean;

/** A condition on metadata, as it is built by clicking. */
export interface Condition {
  name: string;
  comparison: Comparison;
  value: Value;
}

export interface Question {
  query: string;
  mode: Mode;
  /** Empty: everywhere. */
  folder: string;
  conditions: Condition[];
  /** Whether each hit says why it stands where it does. */
  why: boolean;
}

export const MODES: { value: Mode; label: string; means: string }[] = [
  { value: "hybrid", label: "Both", means: "By meaning and by words together." },
  { value: "dense", label: "Meaning", means: "By meaning alone: other words for the same are found." },
  { value: "keyword", label: "Words", means: "By words alone." },
];
const COMPARISONS: Record<Comparison, string> = { is: "$eq", "is not": "$ne", "at least": "$gte", "at most": "$lte" };
const PAGE = 20;

export function questionOf(search: string): Question {
  const given = new URLSearchParams(search);
  const mode = given.get("mode");
  return {
    query: given.get("q") ?? "",
    mode: MODES.find((each) => each.value === mode)?.value ?? "hybrid",
    folder: given.get("folder")?.startsWith("/") ? (given.get("folder") ?? "") : "",
    conditions: given.getAll("where").flatMap(conditionOf),
    why: given.get("why") === "yes",
  };
}

export function addressOf(question: Question): string {
  const given = new URLSearchParams();
  if (question.query !== "") given.set("q", question.query);
  if (question.mode !== "hybrid") given.set("mode", question.mode);
  if (question.folder !== "") given.set("folder", question.folder);
  for (const { name, comparison, value } of question.conditions) {
    given.append("where", JSON.stringify([name, comparison, value]));
  }
  if (question.why) given.set("why", "yes");
  const text = given.toString();
  return text === "" ? "/search" : `/search?${text}`;
}

export function requestOf(question: Question): Schemas["SearchRequest"] {
  const conditions = question.conditions.map(({ name, comparison, value }) => ({
    [name]: { [COMPARISONS[comparison]]: value },
  }));
  const filter = conditions.length > 1 ? { $and: conditions } : conditions[0];
  return {
    query: question.query,
    mode: question.mode,
    top_k: PAGE,
    explain: true,
    ...(question.folder !== "" && { folder: question.folder }),
    ...(filter !== undefined && { filter: filter as Schemas["Filter"] }),
  };
}

/** The question with one condition more; one that is there already is not added twice. */
export function narrowed(question: Question, condition: Condition): Question {
  const text = JSON.stringify(condition);
  if (question.conditions.some((each) => JSON.stringify(each) === text)) return question;
  return { ...question, conditions: [...question.conditions, condition] };
}

/** Which comparisons a value takes part in. */
export function comparisonsOf(value: Value): Comparison[] {
  return typeof value === "number" ? ["is", "is not", "at least", "at most"] : ["is", "is not"];
}

function conditionOf(text: string): Condition[] {
  try {
    const [name, comparison, value] = JSON.parse(text) as unknown[];
    if (typeof name !== "string" || name === "" || name.startsWith("$")) return [];
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return [];
    const found = comparisonsOf(value).find((each) => each === comparison);
    return found ? [{ name, comparison: found, value }] : [];
  } catch {
    return [];
  }
}
