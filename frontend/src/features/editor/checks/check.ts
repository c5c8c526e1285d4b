// The checks of each type of content.
import type { TextType } from "../types";
import type { Finding } from "./finding";
import { checkHtml } from "./html";
import { checkJson } from "./json";

export function check(type: TextType, text: string): Finding[] {
  if (text.trim() === "") return [{ kind: "error", text: "There is no text yet", from: 0, to: 0 }];
  if (text.includes("\0")) {
    const at = text.indexOf("\0");
    return [{ kind: "error", text: "A NUL is in it, which no text has", from: at, to: at + 1 }];
  }
  if (type === "application/json") return checkJson(text);
  return type === "text/html" ? checkHtml(text) : [];
}
