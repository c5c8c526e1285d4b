// Which documents a chat is answered from: a folder and a condition on metadata. The API has the truth of it.
import type { Schemas } from "../../../api/client";
import {
  addressed,
  type Condition,
  conditionsOf,
  filterOf,
  fromAddress,
  valueWords,
} from "../../../conditions/conditions";
import { count } from "../../../words/number";

export interface Scope {
  /** Empty: everywhere. */
  folder: string;
  /** As the API takes it; null is none. */
  filter: Record<string, unknown> | null;
}

/** The scope that an address names, such as one that a search leads to. */
export function scopeOf(search: string): Scope {
  const given = new URLSearchParams(search);
  const folder = given.get("folder") ?? "";
  const filter = filterOf(given.getAll("where").flatMap(fromAddress));
  return { folder: folder.startsWith("/") && folder !== "/" ? folder : "", filter: filter ?? null };
}

/** The address of a new chat with these limits. */
export function askAddress(folder: string, conditions: readonly Condition[]): string {
  const given = new URLSearchParams();
  if (folder !== "") given.set("folder", folder);
  for (const condition of conditions) given.append("where", addressed(condition));
  const text = given.toString();
  return text === "" ? "/ask" : `/ask?${text}`;
}

/** What the API is told; null takes a limit away. */
export function patchOf({ folder, filter }: Scope): Pick<Schemas["ChatPatch"], "folder" | "filter"> {
  return { folder: folder === "" ? null : folder, filter: filter as Schemas["Filter"] | null };
}

/** Where is looked, in words: `/harbour, where lang is en and year at least 2020`. */
export function scopeWords({ folder, filter }: Scope): string {
  const where = folder === "" ? "all documents" : folder;
  const conditions = conditionsOf(filter);
  if (conditions === null) return `${where}, where ${JSON.stringify(filter)}`;
  if (conditions.length === 0) return where;
  return `${where}, where ${conditions.map((each) => `${each.name} ${each.comparison} ${valueWords(each.value)}`).join(" and ")}`;
}

/** Such as `2 updates of these documents are on their way`; null where nothing is. Those of a folder are counted. */
export function comingWords(number: number, isMore: boolean, isFiltered: boolean): string | null {
  if (number === 0) return null;
  const of = isFiltered ? "documents there, whether or not they meet the conditions," : "these documents";
  const [updates, are] = number === 1 && !isMore ? ["update", "is on its way"] : ["updates", "are on their way"];
  return `${isMore ? "More than " : ""}${count(number)} ${updates} of ${of} ${are}`;
}
