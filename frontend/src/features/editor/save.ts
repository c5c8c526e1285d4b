// Saves a text as the next version of its document, if nobody has made another one meanwhile.
import type { Api, Document, Schemas } from "../../api/client";
import { ApiProblem, answered } from "../../api/problems";
import { type Described, deliver } from "../../uploads/deliver";
import { type Basis, contentOf } from "./draft";
import { newerThan } from "./newer";
import type { TextType } from "./types";

const TRIES = 3;

/** Send a text. Throws `ApiProblem`, 409 where there is another version than the expected one. */
export function send(api: Api, text: string, described: Described): Promise<Schemas["Accepted"]> {
  return deliver(api, {
    file: new File([text], described.doc_hash),
    source: described,
    onBytes: () => {},
    signal: new AbortController().signal,
  });
}

/**
 * Save a text over its basis. What is said of the document stays; what was said anew while the text was edited, too. Throws `ApiProblem`,
 * 409 where somebody has made another text of it.
 */
export async function save(api: Api, document: Document, type: TextType, basis: Basis, text: string) {
  let known = document;
  let version = basis.version;
  for (let tries = 1; ; tries++) {
    try {
      return await send(api, contentOf(text, basis.newline), {
        doc_hash: document.doc_hash,
        content_type: type,
        title: known.title,
        language: known.language,
        metadata: known.metadata,
        expected_version: version,
      });
    } catch (error) {
      if (!isConflict(error) || tries === TRIES) throw error;
      const params = { path: { doc_hash: document.doc_hash } };
      known = await answered(api.GET("/documents/{doc_hash}", { params }));
      if (newerThan(basis, known).is !== "same text") throw error;
      version = known.version;
    }
  }
}

export function isConflict(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 409;
}
