import { expect, it } from "vitest";
import { problemsIn } from "./problems";
import { withCell, withRow } from "./rows";
import { csv, idOf, people } from "./samples";

it("bad rows are named by row and column", async () => {
  let table = csv(await people(), "id,name\nx,X\n");
  table = withCell(table, idOf(table, 2), "id", "ada ");
  expect(problemsIn(table)).toEqual([{ row: 3, column: "id", text: "Row 1 has the same key" }]);
  table = withCell(table, idOf(table, 2), "id", " ");
  expect(problemsIn(table)).toEqual([{ row: 3, column: "id", text: "The key is missing" }]);
  table = withCell(withCell(table, idOf(table, 2), "id", "x"), idOf(table, 2), "name", "y".repeat(100_001));
  expect(problemsIn(table)).toMatchObject([{ row: 3, column: "name" }]);
  expect(problemsIn(withRow(await people()))).toEqual([]);
});
