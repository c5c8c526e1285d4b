// What is wrong with rows before anything of them is sent, by row and column.
import { cellIn, isBlank, isChanged, keyOf, type Table } from "./rows";

export interface CellProblem {
  /** As people count: of a table or of a file, from 1. */
  row: number;
  /** A name, or the number of a column that has none. */
  column: string;
  text: string;
}

export const KEY_LONGEST = 500;
/** Of a row, in characters: a record is a thing with some fields, not a text of many pages. */
export const ROW_LONGEST = 100_000;
export const COLUMN_LONGEST = 128;

/** All that is wrong with the rows that would be sent, and with keys that two rows have. */
export function problemsIn(table: Table): CellProblem[] {
  const problems: CellProblem[] = [];
  const [keyColumn = ""] = table.columns;
  const seen = new Map<string, number>();
  table.rows.forEach((row, index) => {
    if (row.isDeleted || isBlank(row)) return;
    const at = index + 1;
    const key = keyOf(row, table.columns);
    const first = seen.get(key);
    if (key === "") problems.push({ row: at, column: keyColumn, text: "The key is missing" });
    else if (first !== undefined) problems.push({ row: at, column: keyColumn, text: `Row ${first} has the same key` });
    else seen.set(key, at);
    if (key.length > KEY_LONGEST)
      problems.push({ row: at, column: keyColumn, text: `A key has at most ${KEY_LONGEST} characters` });
    if (isChanged(row)) problems.push(...cellProblems(table.columns, at, (column) => cellIn(row, column)));
  });
  return problems;
}

/** What is wrong with the cells of one row. */
export function cellProblems(columns: readonly string[], row: number, cell: (column: string) => string): CellProblem[] {
  const problems: CellProblem[] = [];
  let length = 0;
  for (const column of columns) {
    const text = cell(column);
    length += text.length;
    if (length > ROW_LONGEST)
      return [
        ...problems,
        { row, column, text: "The row is too long: it has more than 100,000 characters up to here" },
      ];
    if (/\0/.test(text) || !text.isWellFormed())
      problems.push({ row, column, text: "It has characters that no text may have" });
  }
  return problems;
}

/** What is wrong with the names of columns; `row` is where they stand. */
export function columnProblems(columns: readonly string[], row: number): CellProblem[] {
  return columns.flatMap((name, index) => {
    const column = name || `number ${index + 1}`;
    const said = (text: string) => [{ row, column, text }];
    if (name === "") return said("The column has no name");
    if (name.length > COLUMN_LONGEST) return said(`The name of a column has at most ${COLUMN_LONGEST} characters`);
    if (columns.indexOf(name) !== index) return said("Two columns have this name");
    return [];
  });
}
