import { expect, it } from "vitest";
import { gatherPicked, gatherTransfer } from "./gather";

function picked(path: string): File {
  const file = new File(["x"], path.slice(path.lastIndexOf("/") + 1));
  return Object.defineProperty(file, "webkitRelativePath", { value: path.includes("/") ? path : "" });
}

type Tree = { [name: string]: Tree | string };

function entry(name: string, content: Tree | string): FileSystemEntry {
  if (typeof content === "string") {
    const file = (done: (file: File) => void, failed: () => void) =>
      content === "unreadable" ? failed() : done(new File([content], name));
    return { name, isFile: true, isDirectory: false, file } as unknown as FileSystemEntry;
  }
  // As browsers do, some at a time.
  const createReader = () => {
    const left = Object.entries(content).map(([below, inner]) => entry(below, inner));
    return { readEntries: (done: (some: FileSystemEntry[]) => void) => done(left.splice(0, 2)) };
  };
  return { name, isFile: false, isDirectory: true, createReader } as unknown as FileSystemEntry;
}

function transfer(given: Tree): DataTransfer {
  const items = Object.entries(given).map(([name, content]) => ({
    kind: "file",
    webkitGetAsEntry: () => entry(name, content),
    getAsFile: () => (typeof content === "string" ? new File([content], name) : null),
  }));
  return { items: [...items, { kind: "string" }] } as unknown as DataTransfer;
}

it("picked files keep the path below the folder that was picked, and hidden ones are left out", () => {
  const names = ["b.md", "guide/a.md", "guide/x/c.md", "guide/.git/d.md", "guide/.e.md", "guide/~$f.docx", ".g.md"];
  const found = gatherPicked(names.map(picked)).map(({ path, root }) => [root, path]);
  expect(found).toEqual([
    [null, ".g.md"],
    ["guide", "a.md"],
    [null, "b.md"],
    ["guide", "x/c.md"],
  ]);
});

it("dropped folders come with all below them, in a fixed order", async () => {
  const inner = { "c.md": "c", "b.md": "b", x: { "d.md": "d", ".hidden": { "e.md": "e" }, y: {} }, ".z.md": "z" };
  const found = await gatherTransfer(transfer({ guide: inner, "a.md": "a" }));
  expect(found.map(({ path, root }) => [root, path])).toEqual([
    [null, "a.md"],
    ["guide", "b.md"],
    ["guide", "c.md"],
    ["guide", "x/d.md"],
  ]);
  expect(await found[3]?.file?.text()).toBe("d");
});

it("a file that cannot be opened is named, not lost", async () => {
  const [found] = await gatherTransfer(transfer({ guide: { "a.md": "unreadable" } }));
  expect(found).toEqual({ root: "guide", path: "a.md", file: null });
});
