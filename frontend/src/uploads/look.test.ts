import { expect, it } from "vitest";
import * as reasons from "../words/uploads";
import { FILE_MAX_BYTES, lookAt, typeOf } from "./look";

const bytes = (...values: number[]) => new Uint8Array(values);
const text = (value: string) => new TextEncoder().encode(value);
const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

it("a file is known by its suffix, and one of another type, empty or too large is not taken", () => {
  expect(typeOf("a/B.PDF", 1)).toBe("application/pdf");
  expect(typeOf("a.md", FILE_MAX_BYTES)).toBe("text/markdown");
  expect(typeOf("a.md", FILE_MAX_BYTES + 1)).toMatchObject({ what: "It is too large" });
  expect(typeOf("a.md", 0)).toBe(reasons.EMPTY);
  expect(typeOf("a.png", 1)).toMatchObject({ what: "Files that end in .png are not taken" });
  expect(typeOf("Makefile", 1)).toMatchObject({ what: "Files without a suffix are not taken" });
});

it("its digest is that of its bytes", async () => {
  expect(await lookAt(text("abc"), "text/plain")).toEqual({
    sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    encoding: "UTF-8",
  });
});

it.each([
  ["text/plain", bytes(0xff, 0xfe, 0x41, 0), "UTF-16"],
  ["text/markdown", bytes(0xef, 0xbb, 0xbf, 0x41), "UTF-8"],
  ["text/html", bytes(0xc4), "not UTF-8: the service looks which"],
  ["application/json", bytes(0x7b, 0x7d), "UTF-8"],
  ["application/pdf", text("%PDF-1.7"), null],
  ["application/pdf", text("something before it %PDF-1.7"), null],
  [DOCX, text("PK\u0003\u0004"), null],
])("what can be read is taken: %s %o", async (type, content, encoding) => {
  expect(await lookAt(content, type)).toMatchObject({ encoding });
});

it.each([
  ["text/plain", bytes(0xc4, 0x41), reasons.NO_UTF8],
  ["text/markdown", bytes(0x41, 0, 0x41), reasons.NO_TEXT],
  ["application/pdf", text("<html>"), reasons.NO_PDF],
  [DOCX, text("hello"), reasons.NO_DOCX],
  [DOCX, bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1), reasons.OLD_WORD],
])("what the service could not read is not sent: %s %o", async (type, content, reason) => {
  expect(await lookAt(content, type)).toBe(reason);
});
