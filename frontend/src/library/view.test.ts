import { describe, expect, it } from "vitest";
import { addressOf, FIRST, listQuery, shows, topicOf, type View, viewOf } from "./view";

const view = (given: Partial<View>): View => ({ ...FIRST, ...given });
const document = { doc_hash: "d", title: "Opening hours", folder: "/guides/aws", status: "indexed" as const };

describe("the address of a view", () => {
  it.each([
    FIRST,
    view({ folder: "/a b/ü", below: false, status: "failed", order: "title" }),
    view({ title: "100% & more", order: "title" }),
  ])("leads back to it: %o", (given) => {
    expect(viewOf(new URL(addressOf(given), "http://x").search)).toEqual(given);
  });

  it("has nothing of what is as at first", () => {
    expect(addressOf(FIRST)).toBe("/documents");
  });

  it("that somebody made up is taken as far as it means something", () => {
    expect(viewOf("?folder=elsewhere&status=nonsense&order=size")).toEqual(FIRST);
  });
});

describe("what is asked of the API", () => {
  it("is only what goes together", () => {
    expect(listQuery(view({ status: "deleted", folder: "/a", title: "x", order: "title" }))).toEqual({
      status: "deleted",
    });
    expect(listQuery(view({ status: "queued", order: "title", title: "x" }))).toEqual({
      folder: "/",
      recursive: true,
      status: "queued",
    });
    expect(listQuery(view({ title: "op", order: "time" }))).toEqual({
      folder: "/",
      recursive: true,
      sort: "title",
      prefix: "op",
    });
  });
});

describe("a document", () => {
  it.each<[Partial<View>, boolean]>([
    [{}, true],
    [{ folder: "/guides" }, true],
    [{ folder: "/guides", below: false }, false],
    [{ folder: "/guide" }, false],
    [{ folder: "/guides/aws", below: false }, true],
    [{ status: "failed" }, false],
    [{ title: "OPENING" }, true],
    [{ title: "hours" }, false],
    [{ status: "deleted" }, false],
  ])("is in the view %o: %s", (given, expected) => {
    expect(shows(view(given), document)).toBe(expected);
  });

  it("that is deleted is in no folder", () => {
    expect(shows(FIRST, { ...document, status: "deleting" })).toBe(false);
    expect(shows(view({ status: "deleting" }), { ...document, status: "deleting" })).toBe(true);
  });
});

it("what leaves a folder is told under its topic", () => {
  expect(topicOf(view({ folder: "/guides" }))).toBe("folder:/guides");
  expect(topicOf(FIRST)).toBe("documents");
});
