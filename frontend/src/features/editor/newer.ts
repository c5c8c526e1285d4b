// Whether somebody else was faster, and what there is to see of it.
import type { Document } from "../../api/client";
import { isUnderWay } from "../../words/status";
import type { Basis } from "./draft";

export type Newer =
  | { is: "none" }
  /** Another title, folder or metadata: the text is that of the basis. */
  | { is: "same text"; version: number }
  /** Accepted, and not to be read before it is indexed. */
  | { is: "on its way"; version: number }
  | { is: "readable"; version: number }
  /** It failed, so nothing can be read of it. */
  | { is: "failed"; version: number }
  | { is: "deleted"; version: number };

type Known = Pick<Document, "version" | "operation" | "content_sha256" | "status" | "served_version" | "source">;

/** What the document has become since `basis` was read or saved. */
export function newerThan(basis: Pick<Basis, "version" | "sha256">, document: Known): Newer {
  const { version } = document;
  if (version <= basis.version) return { is: "none" };
  if (document.operation === "DELETE") return { is: "deleted", version };
  if (document.content_sha256 === basis.sha256) return { is: "same text", version };
  if (document.served_version === version) return { is: "readable", version };
  return { is: isUnderWay(document.status) ? "on its way" : "failed", version };
}
