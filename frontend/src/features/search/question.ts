// What is searched for: kept in the address, so that it can be shared, and asked of the API.
import type { Schemas } from "../../api/client";
import { addressed, type Condition, filterOf, fromAddress } from "../../conditions/conditions";

export type Mode = Schemas["Mode"];

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
const PAGE = 20;

export function questionOf(search: string): Question {
  const given = new URLSearchParams(search);
  const mode = given.get("mode");
  return {
    query: given.get("q") ?? "",
    mode: MODES.find((each) => each.value === mode)?.value ?? "hybrid",
    folder: given.get("folder")?.startsWith("/") ? (given.get("folder") ?? "") : "",
    conditions: given.getAll("where").flatMap(fromAddress),
    why: given.get("why") === "yes",
  };
}

export function addressOf(question: Question): string {
  const given = new URLSearchParams();
  if (question.query !== "") given.set("q", question.query);
  if (question.mode !== "hybrid") given.set("mode", question.mode);
  if (question.folder !== "") given.set("folder", question.folder);
  for (const condition of question.conditions) given.append("where", addressed(condition));
  if (question.why) given.set("why", "yes");
  const text = given.toString();
  return text === "" ? "/search" : `/search?${text}`;
}

export function requestOf(question: Question): Schemas["SearchRequest"] {
  const filter = filterOf(question.conditions);
  return {
    query: question.query,
    mode: question.mode,
    top_k: PAGE,
    explain: true,
    ...(question.folder !== "" && { folder: question.folder }),
    ...(filter !== undefined && { filter }),
  };
}
