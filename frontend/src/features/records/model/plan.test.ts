import { expect, it } from "vitest";
import { countsOf, planOf } from "./plan";
import { merged, NOTHING, restored, type Table, withCell, withColumn, withoutRow, withRow } from "./rows";
import { csv, entry, FOLDER, idOf, people } from "./samples";

const kinds = async (table: Table) => (await planOf(FOLDER, table)).map(({ kind, key }) => `${kind} ${key}`);

it("what would be done is told by row: created, updated, unchanged, deleted", async () => {
  let table = withColumn(await people(), "note");
  table = withCell(table, idOf(table, 0), "born", "1816");
  table = withoutRow(table, idOf(table, 1));
  table = csv(table, "id,name\nalan,Alan\n");
  expect(await kinds(table)).toEqual(["updated ada", "created alan", "deleted grace"]);
  const [updated, created] = await planOf(FOLDER, table);
  expect(updated).toMatchObject({ cells: [{ column: "born", from: "1815", to: "1816" }] });
  expect(updated?.kind === "updated" && JSON.parse(updated.content)).toEqual({ id: "ada", name: "Ada", born: 1816 });
  expect(created?.kind === "created" && JSON.parse(created.content)).toEqual({
    id: "alan",
    name: "Alan",
    born: "",
    note: "",
  });
  expect(countsOf(await planOf(FOLDER, await people()))).toEqual({ created: 0, updated: 0, unchanged: 2, deleted: 0 });
});

it("what is typed back is no change, and a row can be kept again", async () => {
  let table = await people();
  table = withCell(table, idOf(table, 0), "name", "Eve");
  table = withCell(table, idOf(table, 0), "name", "Ada");
  table = restored(withoutRow(table, idOf(table, 1)), idOf(table, 1));
  expect(await kinds(table)).toEqual(["unchanged ada", "unchanged grace"]);
});

it("another key is another record, and two rows may change their keys", async () => {
  let table = await people();
  table = withCell(table, idOf(table, 0), "id", "lovelace");
  expect(await kinds(table)).toEqual(["created lovelace", "unchanged grace", "deleted ada"]);
  table = withCell(withCell(table, idOf(table, 0), "id", "grace"), idOf(table, 1), "id", "ada");
  expect(await kinds(table)).toEqual(["updated grace", "updated ada"]);
});

it("a row that is deleted and written again as it was is no change", async () => {
  const properties: [string, unknown][] = [
    ["id", "x"],
    ["name", "X"],
  ];
  let table = merged(NOTHING, [await entry(properties)]);
  table = withRow(withoutRow(table, idOf(table, 0)), new Map(properties as [string, string][]));
  expect(await kinds(table)).toEqual(["unchanged x"]);
});
