// Metadata as a form has it: every entry with its kind, since `5`, `"5"` and `true` are three values.

export type Value = string | number | boolean | string[];
export type Metadata = Record<string, Value>;
export type Kind = "text" | "number" | "yes or no" | "list";

export const KINDS: Kind[] = ["text", "number", "yes or no", "list"];

export interface Entry {
  /** Of the row in the form, so that it stays the same while its name is typed. */
  id: number;
  name: string;
  kind: Kind;
  text: string;
}

export function entriesOf(metadata: Metadata): Entry[] {
  return Object.entries(metadata).map(([name, value], id) => ({ id, name, kind: kindOf(value), text: textOf(value) }));
}

export function kindOf(value: Value): Kind {
  if (Array.isArray(value)) return "list";
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "yes or no" : "text";
}

/** A value as it is read: lists with commas between. */
export function textOf(value: Value): string {
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

/** What is wrong with an entry, in words; null if nothing is. */
export function problemOf(entry: Entry, all: Entry[]): string | null {
  const name = entry.name.trim();
  if (name === "") return "It needs a name.";
  if (name.startsWith("$")) return "A name does not begin with $.";
  if (name.length > 128) return "A name has at most 128 characters.";
  if (all.some((other) => other.id !== entry.id && other.name.trim() === name))
    return "There is another entry of this name.";
  if (entry.kind === "number") {
    const number = Number(entry.text);
    if (entry.text.trim() === "" || !Number.isFinite(number)) return "This is no number.";
    if (Number.isInteger(number) && !Number.isSafeInteger(number)) return "Whole numbers go up to 2^53.";
  }
  if (entry.kind === "yes or no" && !/^(yes|no)$/i.test(entry.text.trim())) return "Write yes or no.";
  return null;
}

export function valueIn(entry: Entry): Value {
  switch (entry.kind) {
    case "number":
      return Number(entry.text);
    case "yes or no":
      return /^yes$/i.test(entry.text.trim());
    case "list":
      return entry.text
        .split(",")
        .map((member) => member.trim())
        .filter((member) => member !== "");
    case "text":
      return entry.text;
  }
}

/** What has changed, as a merge patch: null removes an entry. An entry that was not touched is left alone. */
export function patchOf(before: Metadata, entries: Entry[]): Record<string, Value | null> {
  const after = new Map(entries.map((entry) => [entry.name.trim(), valueIn(entry)]));
  const kept = new Set(entriesOf(before).map((entry) => JSON.stringify([entry.name, entry.kind, entry.text])));
  const patch: Record<string, Value | null> = {};
  for (const entry of entries) {
    const name = entry.name.trim();
    if (!kept.has(JSON.stringify([name, entry.kind, entry.text]))) patch[name] = after.get(name) ?? null;
  }
  for (const name of Object.keys(before)) if (!after.has(name)) patch[name] = null;
  return patch;
}
