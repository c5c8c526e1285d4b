// Tables from elsewhere: a CSV file, or cells that were copied in a spreadsheet. Either all of one is taken, or nothing and it is said why.
import Papa from "papaparse";
import { type CellProblem, cellProblems, columnProblems } from "./problems";
import { cellIn, keyOf, type Row, type Table, withCell, withColumn, withRow } from "./rows";

/** What was read: rows with the numbers that they have in the file. */
interface Lines {
  number: number;
  cells: string[];
}

export type Taken = { table: Table; problems: [] } | { table: null; problems: CellProblem[] };

const DELIMITERS = [",", ";", "\t", "|"];
const BROKEN: Record<string, string> = {
  MissingQuotes: "A quote is opened and never closed",
  InvalidQuotes: "A quote stands where none may be; write two for one, and put the cell into quotes",
};

/** Take a CSV: its first row has the names of the columns; rows are added, or change those with the same key. */
export function takeCsv(table: Table, text: string): Taken {
  return withHeader(table, read(text, delimiterOf(text)));
}

/**
 * Take copied cells. Where their first row has the names of columns, they are taken as a CSV; else they fill cells from the one at
 * `row` (counted from 0) and `column` on, downwards and to the right.
 */
export function takePaste(table: Table, text: string, row: number, column: number): Taken {
  const found = read(text, "\t");
  const [first] = found.lines;
  const isHeader =
    table.columns.length === 0 ||
    (first?.cells.includes(table.columns[0] ?? "") && first.cells.every((name) => table.columns.includes(name.trim())));
  return isHeader ? withHeader(table, found) : fill(table, found, row, column);
}

/** What parts the names in the first row: of the signs that spreadsheets write, the one that makes the most of it. */
function delimiterOf(text: string): string {
  const cells = (delimiter: string) =>
    Papa.parse<string[]>(text, { delimiter, preview: 1, skipEmptyLines: "greedy" }).data[0]?.length ?? 0;
  return DELIMITERS.reduce((best, each) => (cells(each) > cells(best) ? each : best));
}

function read(text: string, delimiter: string): { lines: Lines[]; problems: CellProblem[] } {
  const { data, errors } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ""), { delimiter, skipEmptyLines: false });
  const problems = errors.flatMap((error) => {
    const said = BROKEN[error.code];
    if (said === undefined) return [];
    const row = (error.row ?? 0) + 1;
    return [{ row, column: `number ${data[row - 1]?.length ?? 1}`, text: said }];
  });
  const lines = data.map((cells, index) => ({ number: index + 1, cells }));
  return { lines: lines.filter(({ cells }) => cells.some((cell) => cell.trim() !== "")), problems };
}

function withHeader(table: Table, { lines, problems }: ReturnType<typeof read>): Taken {
  if (problems.length > 0) return refused(problems);
  const [header, ...rows] = lines;
  if (header === undefined) return refused([{ row: 1, column: "number 1", text: "There is nothing in it" }]);
  const names = header.cells.map((name) => name.trim());
  const wrong = columnProblems(names, header.number);
  const key = table.columns[0] ?? names[0] ?? "";
  if (!names.includes(key))
    wrong.push({ row: header.number, column: key, text: "The column with the key is missing in the first row" });
  if (wrong.length > 0) return refused(wrong);
  const found: CellProblem[] = [];
  const keys = new Map<string, number>();
  for (const { number, cells } of rows) {
    const given = (cells[names.indexOf(key)] ?? "").trim().normalize("NFC");
    const before = keys.get(given);
    if (cells.length > names.length) found.push(tooManyCells(number, cells.length, names.length));
    found.push(...cellProblems(names, number, (name) => cells[names.indexOf(name)] ?? ""));
    if (given === "") found.push({ row: number, column: key, text: "The key is missing" });
    else if (before !== undefined) found.push({ row: number, column: key, text: `Row ${before} has the same key` });
    else keys.set(given, number);
  }
  if (found.length > 0) return refused(found);
  let made = names.reduce(withColumn, table);
  const known = new Map(made.rows.filter((row) => !row.isDeleted).map((row) => [keyOf(row, made.columns), row.id]));
  const added: ReadonlyMap<string, string>[] = [];
  const changes = new Map<number, ReadonlyMap<string, string>>();
  for (const { cells } of rows) {
    const given = new Map(
      names.map((name, index) => [name, name === key ? (cells[index] ?? "").trim() : (cells[index] ?? "")]),
    );
    const id = known.get((given.get(key) ?? "").normalize("NFC"));
    if (id === undefined) added.push(given);
    else changes.set(id, given);
  }
  made = { ...made, rows: made.rows.map((row) => withCells(row, changes.get(row.id))) };
  for (const cells of added) made = withRow(made, cells);
  return { table: made, problems: [] };
}

function fill(table: Table, { lines, problems }: ReturnType<typeof read>, row: number, column: number): Taken {
  if (problems.length > 0) return refused(problems);
  const room = table.columns.length - column;
  const long = lines.filter(({ cells }) => cells.length > room);
  if (long.length > 0) return refused(long.map(({ number, cells }) => tooManyCells(number, cells.length, room)));
  let made = table;
  lines.forEach(({ cells }, down) => {
    if (made.rows.length <= row + down) made = withRow(made);
    const target = made.rows[row + down];
    if (target === undefined) return;
    cells.forEach((text, right) => {
      const name = made.columns[column + right];
      if (name !== undefined) made = withCell(made, target.id, name, text);
    });
  });
  return { table: made, problems: [] };
}

function withCells(row: Row, cells: ReadonlyMap<string, string> | undefined): Row {
  if (cells === undefined) return row;
  const typed = new Map(row.typed);
  for (const [column, text] of cells) {
    const plain: Row = { ...row, typed: new Map() };
    if (row.entry !== null && cellIn(plain, column) === text) typed.delete(column);
    else typed.set(column, text);
  }
  return { ...row, typed };
}

function tooManyCells(row: number, cells: number, most: number): CellProblem {
  return {
    row,
    column: `number ${most + 1}`,
    text: `The row is too long: it has ${cells} cells, and there are ${most} columns`,
  };
}

function refused(problems: CellProblem[]): Taken {
  return { table: null, problems };
}
