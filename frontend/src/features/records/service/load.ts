// Reads the records of a folder: its list, and the content of each JSON document that is one.
import type { Api, Document, Schemas } from "../../../api/client";
import { ApiProblem, answered } from "../../../api/problems";
import { inTurns } from "../../../library/inTurns";
import { decoded } from "../../../uploads/look";
import { digestOf } from "../../../uploads/source";
import { isUnderWay } from "../../../words/status";
import { readContent } from "../../document/content";
import { cellOf, recordId, valuesOf } from "../model/record";
import type { Entry } from "../model/rows";

/** Of a collection that is edited in one page. */
export const RECORDS_MOST = 2_000;
const PAGE = 200;

/** A record; `later` where a version is on its way that is not to be read yet; null of what is no record, or deleted. */
export type Found = Entry | "later" | null;

export interface Loaded {
  entries: Entry[];
  /** Documents of which a version is on its way: they are told of once it is indexed. */
  later: string[];
  /** Documents of the folder that are no records: they are left as they are. */
  others: number;
  /** There are more documents than are read. */
  isCut: boolean;
}

/** Throws `ApiProblem`. `onProgress` is told how many contents are read, of how many. */
export async function loadCollection(
  api: Api,
  folder: string,
  onProgress: (done: number, of: number) => void,
  signal: AbortSignal,
): Promise<Loaded> {
  const documents: Document[] = [];
  let cursor: string | null = null;
  do {
    const query = { folder, sort: "title" as const, limit: PAGE, ...(cursor !== null && { cursor }) };
    const page: Schemas["DocumentPage"] = await answered(api.GET("/documents", { params: { query }, signal }));
    documents.push(...page.documents);
    cursor = page.next_cursor;
  } while (cursor !== null && documents.length < RECORDS_MOST);
  const read = new Map<string, Found>();
  const { failed } = await inTurns(
    documents,
    async (document) => read.set(document.doc_hash, await entryOf(api, folder, document, signal)),
    (done) => onProgress(done, documents.length),
  );
  const [first] = failed;
  if (first !== undefined) throw first.error;
  const all = documents.map(({ doc_hash }) => doc_hash);
  const later = all.filter((docHash) => read.get(docHash) === "later");
  const entries = all.flatMap((docHash) => {
    const found = read.get(docHash);
    return found && found !== "later" ? [found] : [];
  });
  return { entries, later, others: all.length - entries.length - later.length, isCut: cursor !== null };
}

/** One record as it is now. Throws `ApiProblem`. */
export async function loadEntry(api: Api, folder: string, docHash: string): Promise<Found> {
  try {
    const document = await answered(api.GET("/documents/{doc_hash}", { params: { path: { doc_hash: docHash } } }));
    return await entryOf(api, folder, document);
  } catch (error) {
    // It was never accepted.
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

async function entryOf(api: Api, folder: string, document: Document, signal?: AbortSignal): Promise<Found> {
  const isJson = document.content_type?.startsWith("application/json");
  if (!isJson || document.folder !== folder || document.operation === "DELETE") return null;
  if (document.source !== "content") return isUnderWay(document.status) ? "later" : null;
  try {
    const content = await readContent(api, document.doc_hash, signal);
    const text = content.blob && decoded(new Uint8Array(await content.blob.arrayBuffer()));
    const values = text === null ? null : valuesOf(text);
    const [key] = values?.values() ?? [];
    if (values === null || (await recordId(folder, cellOf(key))) !== document.doc_hash) return null;
    const { doc_hash, version, status, title, metadata, language } = document;
    const sha256 = await digestOf(text ?? "");
    // What is served is not what was accepted last. One that failed is edited as it is served.
    if (sha256 !== document.content_sha256 && isUnderWay(document.status)) return "later";
    return { docHash: doc_hash, version, sha256, status, values, said: { title, metadata, language } };
  } catch (error) {
    // It was deleted meanwhile.
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}
