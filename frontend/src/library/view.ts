// Which documents are looked at: kept in the address, so that it can be shared, and asked of the API as its lists allow.
import type { DocumentStatus, Schemas } from "../api/client";
import { STATUSES } from "../words/status";
import { isIn, ROOT } from "./folderPath";

export interface View {
  folder: string;
  /** Those in all folders below it, too. */
  below: boolean;
  status: DocumentStatus | null;
  order: Schemas["DocumentOrder"];
  /** What titles begin with. */
  title: string;
}

export const FIRST: View = { folder: ROOT, below: true, status: null, order: "time", title: "" };

export function viewOf(search: string): View {
  const given = new URLSearchParams(search);
  const status = given.get("status") as DocumentStatus | null;
  const folder = given.get("folder") ?? "";
  return {
    folder: folder.startsWith("/") ? folder : FIRST.folder,
    below: given.get("below") !== "no",
    status: status !== null && STATUSES.includes(status) ? status : null,
    order: given.get("order") === "title" ? "title" : FIRST.order,
    title: given.get("title") ?? "",
  };
}

/** The address of a view; what is as at first is left out. */
export function addressOf(view: View): string {
  const given = new URLSearchParams();
  if (view.folder !== FIRST.folder) given.set("folder", view.folder);
  if (!view.below) given.set("below", "no");
  if (view.status !== null) given.set("status", view.status);
  if (view.order !== FIRST.order) given.set("order", view.order);
  if (view.title !== "") given.set("title", view.title);
  const text = given.toString();
  return text === "" ? "/documents" : `/documents?${text}`;
}

/** Deleted documents are in no folder. */
export function isOfNoFolder(view: View): boolean {
  return view.status === "deleted" || view.status === "deleting";
}

/** Whether the list can be sorted by title: what is on its way is sorted by time alone. */
export function sortsByTitle(view: View): boolean {
  return !isOfNoFolder(view) && view.status !== "queued" && view.status !== "processing";
}

export interface ListQuery {
  folder?: string;
  recursive?: boolean;
  status?: DocumentStatus;
  sort?: Schemas["DocumentOrder"];
  prefix?: string;
}

/** The parameters of `GET /documents`; only combinations that it takes. */
export function listQuery(view: View): ListQuery {
  if (view.status !== null && isOfNoFolder(view)) return { status: view.status };
  const of: ListQuery = { folder: view.folder, recursive: view.below };
  if (view.status !== null) of.status = view.status;
  if (!sortsByTitle(view)) return of;
  if (view.title !== "") return { ...of, sort: "title", prefix: view.title };
  return { ...of, sort: view.order };
}

/** The topic under which changes of these documents are told. */
export function topicOf(view: View): string {
  return isOfNoFolder(view) || view.folder === ROOT ? "documents" : `folder:${view.folder}`;
}

/** Whether a document that stands so is in the list. */
export function shows(
  view: View,
  document: { folder: string; status: DocumentStatus; title: string | null; doc_hash: string },
) {
  if (isOfNoFolder(view)) return document.status === view.status;
  if (document.status === "deleting" || document.status === "deleted") return false;
  if (view.status !== null && document.status !== view.status) return false;
  if (!(view.below ? isIn(document.folder, view.folder) : document.folder === view.folder)) return false;
  const title = (document.title ?? document.doc_hash).toLowerCase();
  return !sortsByTitle(view) || title.startsWith(view.title.toLowerCase());
}
