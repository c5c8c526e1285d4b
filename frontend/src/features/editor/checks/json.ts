// JSON: where it is wrong. `JSON.parse` says whether it is, as the service does; its words differ from browser to browser.
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import type { Finding } from "./finding";

const WORDS: Record<string, string> = {
  InvalidSymbol: "This is no value of JSON; texts and names are in double quotes",
  InvalidNumberFormat: "This is no number of JSON",
  PropertyNameExpected: "A name in double quotes is missing here, or a comma is too many",
  ValueExpected: "A value is missing here, or a comma is too many",
  ColonExpected: "A colon is missing after the name",
  CommaExpected: "A comma is missing here",
  CloseBraceExpected: "The closing brace } is missing",
  CloseBracketExpected: "The closing bracket ] is missing",
  EndOfFileExpected: "After the value there is more",
  InvalidCommentToken: "JSON has no comments",
  UnexpectedEndOfComment: "JSON has no comments",
  UnexpectedEndOfString: "The text that begins here has no closing quote on its line",
  UnexpectedEndOfNumber: "This number is not whole",
  InvalidUnicode: "After \\u four hexadecimal digits are needed",
  InvalidEscapeCharacter: 'After a backslash there may be " \\ / b f n r t or u; write \\\\ for a backslash',
  InvalidCharacter: "A tab or another control character has to be escaped, such as \\t",
};

export function checkJson(text: string): Finding[] {
  if (isJson(text)) return [];
  const lines = jsonLinesAt(text);
  if (lines !== null) {
    const advice =
      "Put the values into one list, [ ... ] with commas between, or send each line as a document of its own.";
    return [
      { kind: "error", text: `These are JSON lines, which are not taken. ${advice}`, from: lines, to: lines + 1 },
    ];
  }
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  // Whatever this parser takes and the browser does not stands somewhere in the text.
  if (first === undefined) return [{ kind: "error", text: "This is no JSON", from: 0, to: text.length }];
  const words = WORDS[printParseErrorCode(first.error)] ?? "This is no JSON";
  return [{ kind: "error", text: words, from: first.offset, to: first.offset + first.length }];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Where the second of several values begins that have a line each; null where they do not. */
function jsonLinesAt(text: string): number | null {
  const starts: number[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    if (line.trim() !== "") {
      if (!isJson(line)) return null;
      starts.push(at);
    }
    at += line.length + 1;
  }
  return starts[1] ?? null;
}
