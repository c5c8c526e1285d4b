// The content of what search shows, as it was sent.
import type { Api } from "../../api/client";
import { problemOf } from "../../api/problems";

export interface Content {
  version: number;
  type: string;
  size: number;
  /** Null where it is too large to come in the answer. */
  blob: Blob | null;
  /** Where a large one is for a minute. */
  url: string | null;
  /** Passages are all that is left of a document from before contents were kept. */
  isPassages: boolean;
}

/** Read it. Throws `ApiProblem`; 404 where nothing is served. */
export async function readContent(api: Api, docHash: string, signal?: AbortSignal): Promise<Content> {
  const { data, error, response } = await api.GET("/documents/{doc_hash}/content", {
    params: { path: { doc_hash: docHash } },
    parseAs: "blob",
    ...(signal && { signal }),
  });
  if (!response.ok) throw problemOf(error, response);
  const blob = data as Blob;
  const version = Number(response.headers.get("X-Content-Version"));
  const isPassages = response.headers.get("X-Content-Source") === "passages";
  if (response.headers.get("X-Content-Given") !== "address") {
    const type = (response.headers.get("Content-Type") ?? "").split(";")[0]?.trim() ?? "";
    return { version, type, size: blob.size, blob, url: null, isPassages };
  }
  const address = JSON.parse(await blob.text()) as { url: string; size: number; content_type: string };
  return { version, type: address.content_type, size: address.size, blob: null, url: address.url, isPassages };
}

/** Whether a person can read it as it is. HTML too: its source, as text. */
export function isText(type: string): boolean {
  return type.startsWith("text/") || type === "application/json" || type === "application/x-ndjson";
}

const ENDINGS: Record<string, string> = {
  "text/plain": ".txt",
  "text/markdown": ".md",
  "text/html": ".html",
  "application/json": ".json",
  "application/pdf": ".pdf",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
};

/** Give it to the browser to keep as a file. It is never opened in this page. */
export async function download(api: Api, docHash: string): Promise<void> {
  const content = await readContent(api, docHash);
  const link = document.createElement("a");
  const made = content.blob && URL.createObjectURL(content.blob);
  link.href = made ?? content.url ?? "";
  link.rel = "noopener";
  link.download = docHash + (content.isPassages ? ".jsonl" : (ENDINGS[content.type] ?? ""));
  link.click();
  if (made) setTimeout(() => URL.revokeObjectURL(made), 10_000);
}
