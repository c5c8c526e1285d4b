// Where files go, kept in the address, so that a link can lead to an upload into a folder.
import { canonicalFolder, typedFolder } from "../../library/folderPath";
import { isPrefix, type Target } from "../../uploads/source";

export function targetOf(search: string): Target {
  const given = new URLSearchParams(search);
  return {
    folder: typedFolder(given.get("folder") ?? ""),
    prefix: given.get("prefix") ?? "",
    language: given.get("language") ?? "",
  };
}

/** The address of the page with this target; what is as at first is left out. */
export function addressOf(target: Target): string {
  const given = new URLSearchParams();
  if (target.folder !== "/") given.set("folder", target.folder);
  if (target.prefix !== "") given.set("prefix", target.prefix);
  if (target.language !== "") given.set("language", target.language);
  const text = given.toString();
  return text === "" ? "/upload" : `/upload?${text}`;
}

/** What is wrong with a target, by field; empty where nothing is. */
export function problemsOf(target: Target): Partial<Record<keyof Target, string>> {
  const problems: Partial<Record<keyof Target, string>> = {};
  try {
    canonicalFolder(target.folder);
  } catch (error) {
    problems.folder = error instanceof Error ? error.message : String(error);
  }
  if (!isPrefix(target.prefix)) problems.prefix = "It has 1 to 64 letters, digits, hyphens and underscores.";
  if (target.language !== "" && !isTag(target.language)) problems.language = "It is no tag such as de or pt-BR.";
  return problems;
}

function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}
