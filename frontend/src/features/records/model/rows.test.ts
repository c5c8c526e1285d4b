import { expect, it } from "vitest";
import { cellIn, isChanged, reloaded, withCell, withEntry } from "./rows";
import { entry, idOf, people } from "./samples";

it("what others change comes beside what is typed", async () => {
  let table = await people();
  table = withCell(table, idOf(table, 0), "name", "Mine");
  const theirs = await entry(
    [
      ["id", "ada"],
      ["name", "Theirs"],
      ["born", 1],
    ],
    2,
  );
  table = withEntry(table, theirs.docHash, theirs);
  expect(table.rows.map((row) => [cellIn(row, "name"), cellIn(row, "born")])).toEqual([
    ["Mine", "1"],
    ["Grace", "1906"],
  ]);
  expect(table.rows[0]?.entry?.version).toBe(2);
  table = withEntry(table, theirs.docHash, { ...theirs, values: new Map([...theirs.values, ["name", "Mine"]]) });
  expect(table.rows.filter(isChanged)).toEqual([]);
});

it("of a record that others delete nothing stays but what was typed", async () => {
  let table = await people();
  const [ada, grace] = table.rows.map((row) => row.entry?.docHash ?? "");
  table = withCell(table, idOf(table, 0), "name", "Mine");
  table = withEntry(withEntry(table, ada ?? "", null), grace ?? "", null);
  expect(table.rows.map((row) => table.columns.map((column) => cellIn(row, column)))).toEqual([["", "Mine", ""]]);
});

it("a row whose newer version is on its way stays as it is until that can be read", async () => {
  let table = await people();
  const [ada, grace] = table.rows.flatMap((row) => row.entry ?? []);
  table = withCell(table, idOf(table, 0), "name", "Mine");
  table = reloaded(table, grace ? [grace] : [], [ada?.docHash ?? ""]);
  expect(table.rows.map((row) => [cellIn(row, "id"), cellIn(row, "name")])).toEqual([
    ["ada", "Mine"],
    ["grace", "Grace"],
  ]);
});
