import { expect, it } from "vitest";
import { openingOf } from "./opening";

const DOCUMENT = {
  content_type: "text/markdown",
  status: "indexed",
  version: 2,
  served_version: 2,
  source: "content",
} as const;

it.each([
  ["readable", {}],
  ["readable", { content_type: "text/html; charset=utf-8" }],
  ["readable", { status: "failed", served_version: 1 }],
  ["on its way", { status: "processing", served_version: 1 }],
  ["nothing indexed", { status: "failed", served_version: 0, source: null }],
  ["not kept", { source: "passages" }],
  ["not kept", { source: null }],
  ["no text", { content_type: "application/pdf" }],
] as const)("%s: %j", (is, changed) => {
  expect(openingOf({ ...DOCUMENT, ...changed }).is).toBe(is);
});
