// The rows of a collection as they are edited: what the service has, and what was typed over it.
import type { Document, DocumentStatus } from "../../../api/client";
import { cellOf, type Values } from "./record";

/** A record as the service has it. */
export interface Entry {
  docHash: string;
  version: number;
  sha256: string;
  /** Where that version stands. */
  status: DocumentStatus;
  values: Values;
  /** Kept by an update. */
  said: Pick<Document, "title" | "metadata" | "language">;
}

export interface Row {
  /** Of the row, however it is changed. */
  id: number;
  entry: Entry | null;
  /** What was typed, by column. What is not here is as the entry has it. */
  typed: ReadonlyMap<string, string>;
  isDeleted: boolean;
}

export interface Table {
  /** The first one is the key. */
  columns: readonly string[];
  rows: readonly Row[];
  nextId: number;
}

export const NOTHING: Table = { columns: [], rows: [], nextId: 1 };

export function cellIn(row: Row, column: string): string {
  return row.typed.get(column) ?? cellOf(row.entry?.values.get(column));
}

export function keyOf(row: Row, columns: readonly string[]): string {
  return cellIn(row, columns[0] ?? "")
    .trim()
    .normalize("NFC");
}

/** Whether there is something in it that the service does not have. */
export function isChanged(row: Row): boolean {
  return row.isDeleted || row.typed.size > 0;
}

export function isBlank(row: Row): boolean {
  return row.entry === null && [...row.typed.values()].every((cell) => cell.trim() === "");
}

/** The table with another text in a cell. What is typed as the entry has it is no change. */
export function withCell(table: Table, id: number, column: string, text: string): Table {
  return changed(table, id, (row) => {
    const typed = new Map(row.typed);
    if (row.entry !== null && text === cellOf(row.entry.values.get(column))) typed.delete(column);
    else typed.set(column, text);
    return { ...row, typed };
  });
}

/** The table with a new row at its end. */
export function withRow(table: Table, cells: ReadonlyMap<string, string> = new Map()): Table {
  const row: Row = { id: table.nextId, entry: null, typed: new Map(cells), isDeleted: false };
  return { ...table, rows: [...table.rows, row], nextId: table.nextId + 1 };
}

/** The table without a row that is new, or with one of the service's marked to be deleted. */
export function withoutRow(table: Table, id: number): Table {
  const row = table.rows.find((each) => each.id === id);
  if (row?.entry === null) return { ...table, rows: table.rows.filter((each) => each.id !== id) };
  return changed(table, id, (each) => ({ ...each, isDeleted: true }));
}

/** The table with a row as the service has it. */
export function restored(table: Table, id: number): Table {
  return changed(table, id, (row) => ({ ...row, typed: new Map(), isDeleted: false }));
}

export function withColumn(table: Table, column: string): Table {
  return table.columns.includes(column) ? table : { ...table, columns: [...table.columns, column] };
}

/**
 * The table once the service has other entries. A cell that was typed stays as it was typed, all others become those of the entry. A
 * record that is gone goes, but for what was typed in it; new ones come at the end.
 */
export function merged(table: Table, entries: readonly Entry[]): Table {
  const byId = new Map(entries.map((entry) => [entry.docHash, entry]));
  const kept: Row[] = [];
  for (const row of table.rows) {
    const entry = row.entry === null ? undefined : byId.get(row.entry.docHash);
    if (row.entry === null) kept.push(row);
    else if (entry !== undefined) kept.push(onEntry(row, entry));
    else if (row.typed.size > 0 && !row.isDeleted) kept.push({ ...row, entry: null });
    if (entry !== undefined) byId.delete(entry.docHash);
  }
  let { nextId } = table;
  for (const entry of byId.values()) kept.push({ id: nextId++, entry, typed: new Map(), isDeleted: false });
  const columns = new Set(table.columns);
  for (const entry of entries) for (const name of entry.values.keys()) columns.add(name);
  return { columns: [...columns], rows: kept, nextId };
}

/** The table once the service has other entries, and some that are not to be read yet: their rows stay as they are. */
export function reloaded(table: Table, entries: readonly Entry[], later: readonly string[]): Table {
  const waiting = table.rows.flatMap(({ entry }) => (entry && later.includes(entry.docHash) ? [entry] : []));
  return merged(table, [...entries, ...waiting]);
}

/** The table with one entry newer, or gone where it is null. */
export function withEntry(table: Table, docHash: string, entry: Entry | null): Table {
  const others = table.rows.flatMap((row) => (row.entry && row.entry.docHash !== docHash ? [row.entry] : []));
  return merged(table, entry === null ? others : [...others, entry]);
}

/** The table once a version stands otherwise. */
export function withStatus(table: Table, docHash: string, version: number, status: DocumentStatus): Table {
  const stands = (row: Row) => row.entry?.docHash === docHash && row.entry.version === version;
  return {
    ...table,
    rows: table.rows.map((row) => (row.entry && stands(row) ? { ...row, entry: { ...row.entry, status } } : row)),
  };
}

/** The row once what it was sent as is what the service has. */
export function onEntry(row: Row, entry: Entry): Row {
  const typed = new Map([...row.typed].filter(([column, text]) => text !== cellOf(entry.values.get(column))));
  return { ...row, entry, typed };
}

export function changed(table: Table, id: number, change: (row: Row) => Row): Table {
  return { ...table, rows: table.rows.map((row) => (row.id === id ? change(row) : row)) };
}
