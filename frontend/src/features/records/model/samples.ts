// A collection to try things on.
import { digestOf } from "../../../uploads/source";
import { cellOf, contentOf, recordId } from "./record";
import { type Entry, merged, NOTHING, type Table } from "./rows";
import { takeCsv } from "./tables";

export const FOLDER = "/people";

export async function entry(properties: [string, unknown][], version = 1): Promise<Entry> {
  const values = new Map(properties);
  const docHash = await recordId(FOLDER, cellOf(properties[0]?.[1]));
  const said = { title: "T", metadata: { a: 1 }, language: null };
  return { docHash, version, sha256: await digestOf(contentOf(values)), status: "indexed", values, said };
}

/** Ada and Grace, as the service has them. */
export async function people(): Promise<Table> {
  const ada: [string, unknown][] = [
    ["id", "ada"],
    ["name", "Ada"],
    ["born", 1815],
  ];
  const grace: [string, unknown][] = [
    ["id", "grace"],
    ["name", "Grace"],
    ["born", 1906],
  ];
  return merged(NOTHING, [await entry(ada), await entry(grace)]);
}

export function csv(table: Table, text: string): Table {
  const taken = takeCsv(table, text);
  if (taken.table === null) throw new Error(JSON.stringify(taken.problems));
  return taken.table;
}

export function idOf(table: Table, index: number): number {
  return table.rows[index]?.id ?? -1;
}
