// What a collection is once something of it was accepted.
import type { Sent } from "../model/plan";
import { type Entry, onEntry, type Table, withEntry } from "../model/rows";
import { saidOf } from "./compare";

/** The table once a step was accepted: what was sent is what the service has. */
export function accepted(table: Table, folder: string, step: Sent, version: number): Table {
  if (step.kind === "deleted") return withEntry(table, step.docHash, null);
  const { title, metadata, language } = saidOf(step, folder);
  const { docHash, sha256, values } = step;
  const entry: Entry = { docHash, version, sha256, status: "queued", values, said: { title, metadata, language } };
  // A row that was deleted and written anew, or got another's key, takes its place.
  const others = table.rows.filter((row) => row.id === step.row.id || row.entry?.docHash !== docHash);
  return { ...table, rows: others.map((row) => (row.id === step.row.id ? onEntry(row, entry) : row)) };
}
