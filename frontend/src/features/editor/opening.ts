// Whether a document's text can be edited here, and reading it.
import type { Api, Document } from "../../api/client";
import { decoded } from "../../uploads/look";
import { isUnderWay } from "../../words/status";
import { readContent } from "../document/content";
import { type Basis, basisOf } from "./draft";
import { textType } from "./types";

export type Opening =
  | { is: "readable" }
  /** A newer version is on its way, and its text is not to be read before it is indexed. */
  | { is: "on its way" }
  /** No version of it was ever indexed. */
  | { is: "nothing indexed" }
  /** Nothing is kept of its content, or passages alone. */
  | { is: "not kept" }
  | { is: "no text" };

export function openingOf(
  document: Pick<Document, "content_type" | "status" | "version" | "served_version" | "source">,
): Opening {
  if (textType(document.content_type) === null) return { is: "no text" };
  if (isUnderWay(document.status) && document.served_version !== document.version) return { is: "on its way" };
  if (document.served_version === 0) return { is: "nothing indexed" };
  return { is: document.source === "content" ? "readable" : "not kept" };
}

export class NotEditable extends Error {
  override name = "NotEditable";
}

/** The text that is served. Throws `ApiProblem`, and `NotEditable` with the reason where it would be changed by opening it. */
export async function readText(api: Api, docHash: string, signal?: AbortSignal): Promise<Basis> {
  const content = await readContent(api, docHash, signal);
  if (content.isPassages) throw new NotEditable("Only passages of it are kept, and not its text.");
  if (content.blob === null)
    throw new NotEditable("It is larger than 4 MiB. Download it, edit it, and upload it again.");
  const text = decoded(new Uint8Array(await content.blob.arrayBuffer()));
  if (text === null)
    throw new NotEditable("It is not in UTF-8, so its letters would be changed. Download it, edit it, and upload it.");
  return basisOf(text, content.version);
}
