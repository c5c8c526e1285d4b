// Sends one file: in the request's body where it fits, else through an upload, as `cli/delivery.py` does.
import type { Api, Schemas } from "../api/client";
import { answered } from "../api/problems";
import { decoded } from "./look";
import { put } from "./put";

/** Of a body as it is sent. Lambda takes 6 MB, and API Gateway hands the body over in base64, a third larger. */
const COMPRESSED_MAX_BYTES = 4 * 1024 * 1024;
/** Of a body before compression: the API inflates no more. */
const SERIALISED_MAX_BYTES = 10 * 1024 * 1024;
const BINARY = /^application\/(?!json)/;

/** The file is not as it was when it was chosen, or may not be read. */
export class FileUnreadable extends Error {
  override name = "FileUnreadable";
}

/** What is said of a document beside its content. Of what is sent here the operation need not be known. */
export type Described = Omit<
  Schemas["WebhookBody"],
  "operation" | "content_type" | "content" | "content_base64" | "content_ref"
> & { content_type: string };

export interface Delivery {
  file: File;
  source: Described;
  /** How many bytes are through, of a large file. */
  onBytes(bytes: number): void;
  signal: AbortSignal;
}

/** Throws `ApiProblem`, `FileUnreadable`, `UploadInterrupted`, a `TypeError` where no answer comes, and what `signal` was given. */
export async function deliver(api: Api, { file, source, onBytes, signal }: Delivery): Promise<Schemas["Accepted"]> {
  if (file.size <= SERIALISED_MAX_BYTES) {
    const body = await inlineBody(await bytesOf(file), source);
    if (body !== null) {
      return answered(
        api.POST("/webhook", {
          body: { operation: "CREATE", ...source },
          bodySerializer: () => body,
          headers: { "Content-Encoding": "gzip" },
          signal,
        }),
      );
    }
  }
  const upload = await answered(api.POST("/uploads", { body: { size: file.size }, signal }));
  await put(upload.url, file, onBytes, signal);
  return answered(
    api.POST("/webhook", { body: { operation: "CREATE", content_ref: upload.content_ref, ...source }, signal }),
  );
}

/** The compressed body of a request that carries the content itself; null where that is too large. */
export async function inlineBody(bytes: Uint8Array, source: Described): Promise<Uint8Array<ArrayBuffer> | null> {
  // CREATE of a document that exists runs as an UPDATE, so it need not be known which it is.
  const serialised = JSON.stringify({ operation: "CREATE", ...contentOf(bytes, source.content_type), ...source });
  const whole = new Blob([serialised]);
  if (whole.size > SERIALISED_MAX_BYTES) return null;
  const stream = whole.stream().pipeThrough(new CompressionStream("gzip"));
  const compressed = new Uint8Array(await new Response(stream).arrayBuffer());
  return compressed.length <= COMPRESSED_MAX_BYTES ? compressed : null;
}

export async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new FileUnreadable(file.name, { cause: error });
  }
}

/** Text as it is; what is binary, or in an encoding that the service has to find out, in base64. */
function contentOf(bytes: Uint8Array, type: string): { content: string } | { content_base64: string } {
  const text = BINARY.test(type) ? null : decoded(bytes);
  return text === null ? { content_base64: base64(bytes) } : { content: text };
}

const PIECE = 0x8000;

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += PIECE) {
    binary += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  }
  return btoa(binary);
}
