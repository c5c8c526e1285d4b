import { expect, it } from "vitest";
import { inlineBody } from "./deliver";
import type { Source } from "./source";

const source = (content_type: string): Source => ({
  doc_hash: "a",
  content_type,
  title: "a",
  metadata: { path: "a", folder: ".", suffix: "" },
  folder: "/",
});

async function read(body: Uint8Array<ArrayBuffer> | null) {
  if (body === null) return null;
  const stream = new Blob([body]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

it("text travels as text with its mark, and compressed", async () => {
  const given = "\ufeffKäse ".repeat(1000);
  const body = await inlineBody(new TextEncoder().encode(given), source("text/plain"));
  expect(body?.length).toBeLessThan(500);
  expect(await read(body)).toEqual({ operation: "CREATE", content: given, ...source("text/plain") });
});

it.each(["application/pdf", "text/html"])("other bytes of %s travel as they are", async (type) => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256);
  const { content, content_base64 } = await read(await inlineBody(bytes, source(type)));
  expect(content).toBeUndefined();
  expect(Uint8Array.from(atob(content_base64), (letter) => letter.charCodeAt(0))).toEqual(bytes);
});

it("what is too large for a request is left to an upload", async () => {
  const zeros = new Uint8Array(11 * 1024 * 1024).fill(0x41);
  expect(await inlineBody(zeros, source("text/plain"))).toBeNull();
  const noise = new Uint8Array(5 * 1024 * 1024);
  for (let start = 0; start < noise.length; start += 65_536)
    crypto.getRandomValues(noise.subarray(start, start + 65_536));
  expect(await inlineBody(noise, source("application/pdf"))).toBeNull();
});
