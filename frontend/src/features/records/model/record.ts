// A record: a JSON object whose first property is its key. Properties keep their order, which `JSON.parse` does not: it puts names that
// are numbers first.
import { findNodeAtLocation, getNodeValue, type Node, parseTree } from "jsonc-parser";
import { documentId } from "../../../uploads/source";

export type Values = ReadonlyMap<string, unknown>;

const PREFIX = "record";

/** The document of the record with this key: of the collection and the key alone. */
export function recordId(folder: string, key: string): Promise<string> {
  return documentId(`${folder}\0${key}`, PREFIX);
}

/** The properties of a JSON object in their order; null of any other content. */
export function valuesOf(content: string): Values | null {
  const root = parseTree(content, [], { disallowComments: true, allowTrailingComma: false });
  if (root?.type !== "object") return null;
  const names = (root.children ?? []).map((property: Node) => String(property.children?.[0]?.value));
  return new Map(
    names.map((name) => {
      const node = findNodeAtLocation(root, [name]);
      return [name, node && getNodeValue(node)];
    }),
  );
}

/** The content of a record: the same values in the same order are the same bytes. */
export function contentOf(values: Values): string {
  const lines = [...values].map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** A value as its cell shows it. */
export function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What a cell says, as the kind of value that was there before; a text where it is none of that kind. */
export function typedValue(cell: string, before: unknown): unknown {
  if (typeof before === "string" || before === undefined) return cell;
  if (before === null && cell === "") return null;
  try {
    const value: unknown = JSON.parse(cell);
    // `1.0` would come back as `1`.
    if (kindOf(value) === kindOf(before) && cellOf(value) === cell.trim()) return value;
  } catch {
    // It is a text from now on.
  }
  return cell;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "list" : value === null ? "null" : typeof value;
}
