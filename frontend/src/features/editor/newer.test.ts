import { expect, it } from "vitest";
import { newerThan } from "./newer";

const BASIS = { version: 3, sha256: "mine" };
const document = {
  version: 4,
  operation: "UPDATE",
  content_sha256: "theirs",
  status: "indexed",
  served_version: 4,
} as const;

it.each([
  ["none", { version: 3 }],
  ["none", { version: 2 }],
  ["readable", {}],
  ["same text", { content_sha256: "mine" }],
  ["same text", { content_sha256: "mine", status: "queued", served_version: 3 }],
  ["on its way", { status: "processing", served_version: 3 }],
  ["failed", { status: "failed", served_version: 3 }],
  ["deleted", { operation: "DELETE", status: "deleting", served_version: 0 }],
] as const)("%s: %j", (is, changed) => {
  expect(newerThan(BASIS, { ...document, source: "content", ...changed }).is).toBe(is);
});
