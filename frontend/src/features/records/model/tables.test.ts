import { expect, it } from "vitest";
import { problemsIn } from "./problems";
import { cellIn, NOTHING, type Table } from "./rows";
import { csv, people } from "./samples";
import { takeCsv, takePaste } from "./tables";

const refused = (table: Table, text: string) =>
  takeCsv(table, text).problems.map(({ row, column, text: said }) => `${row} ${column}: ${said}`);

it("a bad CSV is named by row and column, and nothing of it is taken", async () => {
  const table = await people();
  expect(refused(table, "id,name\na,A\n,B\na,C\n")).toEqual([
    "3 id: The key is missing",
    "4 id: Row 2 has the same key",
  ]);
  expect(refused(table, "id,name\na,A,more\n")).toEqual([
    "2 number 3: The row is too long: it has 3 cells, and there are 2 columns",
  ]);
  expect(refused(table, 'id,name\na,"A\nb,B\n')).toEqual(["2 number 2: A quote is opened and never closed"]);
  expect(refused(table, "name,born\nA,1\n")).toEqual(["1 id: The column with the key is missing in the first row"]);
  expect(refused(table, "id,,id\na,b,c\n")).toEqual([
    "1 number 2: The column has no name",
    "1 id: Two columns have this name",
  ]);
  expect(refused(table, "")).toEqual(["1 number 1: There is nothing in it"]);
  expect(refused(table, `id\n${"k".repeat(100_001)}\n`)).toEqual([expect.stringMatching(/^2 id: The row is too long/)]);
});

it.each([
  ["commas", 'id,name\r\neve,"Eve, the first"\r\n'],
  ["semicolons and a mark", "\uFEFFid;name\neve;Eve, the first\n"],
  ["tabs and blank rows", "id\tname\n\n  \t\neve\tEve, the first\n"],
])("a CSV with %s is taken", async (_, text) => {
  const table = csv(await people(), text);
  expect(table.rows).toHaveLength(3);
  expect(cellIn(table.rows[2] as never, "name")).toBe("Eve, the first");
});

it("copied cells fill from a cell on, and with the columns' names change rows by their keys", async () => {
  const table = await people();
  const filled = takePaste(table, "Ada L.\t1\nGrace H.\t2\nNew\t3\n", 0, 1).table as Table;
  expect(filled.rows.map((row) => cellIn(row, "name"))).toEqual(["Ada L.", "Grace H.", "New"]);
  expect(problemsIn(filled)).toEqual([{ row: 3, column: "id", text: "The key is missing" }]);
  const named = takePaste(table, "id\tname\ngrace\tHopper\n", 0, 0).table as Table;
  expect(named.rows.map((row) => cellIn(row, "name"))).toEqual(["Ada", "Hopper"]);
  expect(takePaste(table, "1\t2\n", 1, 2).problems).toMatchObject([{ row: 1, column: "number 2" }]);
  expect(takePaste(NOTHING, "id\tname\neve\tEve\n", 0, 0).table?.columns).toEqual(["id", "name"]);
});
