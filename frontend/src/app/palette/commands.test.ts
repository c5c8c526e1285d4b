import { expect, it } from "vitest";
import type { Page } from "../page";
import { commandsFor } from "./commands";

const page = (label: string): Page => ({
  path: `/${label.toLowerCase()}`,
  title: label,
  needs: "read",
  navigation: { label, icon: "search", order: 1 },
  load: () => Promise.reject(new Error("not loaded here")),
});
const PAGES = [page("Documents"), page("Search")];
const hrefs = (text: string) => commandsFor(text, PAGES).map((command) => command.href);

it("all pages are offered to who types nothing", () => {
  expect(hrefs(" ")).toEqual(["/documents", "/search"]);
});

it("a page by a part of its name, and what can be done with the text", () => {
  expect(hrefs("Docu")).toEqual(["/documents", "/search?q=Docu", "/documents?title=Docu", "/documents/Docu"]);
});

it("only what may be a document's id is offered as one", () => {
  expect(hrefs("a & b?")).toEqual(["/search?q=a+%26+b%3F", "/documents?title=a+%26+b%3F"]);
});

it("a run by its id", () => {
  expect(hrefs("update-handbook-7-3").at(-1)).toBe("/runs/update-handbook-7-3");
  expect(hrefs("handbook-7-3").at(-1)).toBe("/documents/handbook-7-3");
});

it("a text is edited by who may write alone", () => {
  expect(hrefs("keys")).not.toContain("/documents/keys/edit");
  expect(commandsFor("keys", PAGES, true).map(({ href }) => href)).toContain("/documents/keys/edit");
});
