// What a send would do, row by row, found out before anything of it is sent.
import { digestOf } from "../../../uploads/source";
import { cellOf, contentOf, recordId, typedValue, type Values } from "./record";
import { cellIn, type Entry, isBlank, keyOf, type Row, type Table } from "./rows";

export interface CellChange {
  column: string;
  from: string;
  to: string;
}

export type Step =
  | { kind: "created"; row: Row; docHash: string; key: string; values: Values; content: string; sha256: string }
  | {
      kind: "updated";
      row: Row;
      docHash: string;
      key: string;
      entry: Entry;
      values: Values;
      content: string;
      sha256: string;
      cells: CellChange[];
    }
  | { kind: "unchanged"; row: Row; docHash: string; key: string }
  | { kind: "deleted"; row: Row; docHash: string; key: string; entry: Entry };

export type Sent = Exclude<Step, { kind: "unchanged" }>;

/** The steps of a table that has no problems. A row with another key is another record, and the one before is deleted. */
export async function planOf(folder: string, table: Table): Promise<Step[]> {
  const entries = new Map(table.rows.flatMap(({ entry }) => (entry === null ? [] : [[entry.docHash, entry]])));
  const steps: Step[] = [];
  const gone: Extract<Step, { kind: "deleted" }>[] = [];
  for (const row of table.rows) {
    const { entry } = row;
    const leaves = (before: Entry) =>
      gone.push({ kind: "deleted", row, docHash: before.docHash, key: keyBefore(before, table), entry: before });
    if (isBlank(row)) continue;
    if (entry !== null && row.isDeleted) leaves(entry);
    else if (entry !== null && row.typed.size === 0)
      steps.push({ kind: "unchanged", row, docHash: entry.docHash, key: keyOf(row, table.columns) });
    else {
      const step = await stepOf(folder, table, row, entries);
      if (entry !== null && step.docHash !== entry.docHash) leaves(entry);
      steps.push(step);
    }
  }
  // A key that another row has now is a record that stays.
  const stays = new Set(steps.map(({ docHash }) => docHash));
  return [...steps, ...gone.filter(({ docHash }) => !stays.has(docHash))];
}

async function stepOf(folder: string, table: Table, row: Row, entries: ReadonlyMap<string, Entry>): Promise<Step> {
  const { columns } = table;
  const key = keyOf(row, columns);
  const docHash = await recordId(folder, key);
  const values = valuesIn(row, columns);
  const content = contentOf(values);
  const sha256 = await digestOf(content);
  const entry = entries.get(docHash);
  if (entry === undefined) return { kind: "created", row, docHash, key, values, content, sha256 };
  if (entry.sha256 === sha256) return { kind: "unchanged", row, docHash, key };
  const cells = columns
    .map((column) => ({ column, from: cellOf(entry.values.get(column)), to: cellIn(row, column) }))
    .filter(({ from, to }) => from !== to);
  return { kind: "updated", row, docHash, key, entry, values, content, sha256, cells };
}

export function countsOf(steps: readonly Step[]): Record<Step["kind"], number> {
  const counts = { created: 0, updated: 0, unchanged: 0, deleted: 0 };
  for (const { kind } of steps) counts[kind] += 1;
  return counts;
}

/** The key first, then what the entry has in its order, then what else was typed. */
function valuesIn(row: Row, columns: readonly string[]): Values {
  const [key = ""] = columns;
  const values = new Map<string, unknown>([[key, typedValue(keyOf(row, columns), row.entry?.values.get(key))]]);
  for (const [name, value] of row.entry?.values ?? []) {
    if (name === key) continue;
    const text = row.typed.get(name);
    values.set(name, text === undefined ? value : typedValue(text, value));
  }
  for (const column of columns) {
    const text = row.typed.get(column);
    if (values.has(column) || (row.entry !== null && text === undefined)) continue;
    values.set(column, text ?? "");
  }
  return values;
}

function keyBefore(entry: Entry, table: Table): string {
  return cellOf(entry.values.get(table.columns[0] ?? ""));
}
