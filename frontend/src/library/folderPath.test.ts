import { expect, it } from "vitest";
import { folderName, isIn, typedFolder, withHolders } from "./folderPath";

it("a folder is in those that hold it", () => {
  expect(withHolders("/a/b c")).toEqual(["/", "/a", "/a/b c"]);
  expect(withHolders("/")).toEqual(["/"]);
  expect([isIn("/a/b", "/a"), isIn("/ab", "/a"), isIn("/a", "/a"), isIn("/a", "/")]).toEqual([true, false, true, true]);
  expect(folderName("/a/b c")).toBe("b c");
});

it.each([
  ["", "/"],
  ["guides/", "/guides"],
  ["//a / b//", "/a/b"],
])("what is typed as %j is the folder %s", (typed, folder) => {
  expect(typedFolder(typed)).toBe(folder);
});
