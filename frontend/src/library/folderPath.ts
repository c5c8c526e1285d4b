// Paths of folders, as `functions/bloomweaver/models/folder_path.py` has them.

export const ROOT = "/";

/** The folder's own name; `All documents` for the one that holds all. */
export function folderName(folder: string): string {
  return folder === ROOT ? "All documents" : folder.slice(folder.lastIndexOf("/") + 1);
}

/** The folder with all that hold it, from the outermost on. */
export function withHolders(folder: string): string[] {
  if (folder === ROOT) return [ROOT];
  const names = folder.slice(1).split("/");
  return [ROOT, ...names.map((_, index) => `/${names.slice(0, index + 1).join("/")}`)];
}

export function isIn(folder: string, holder: string): boolean {
  return holder === ROOT || folder === holder || folder.startsWith(`${holder}/`);
}

/** A path as somebody typed it: with a slash before it and none behind. */
export function typedFolder(text: string): string {
  const names = text
    .split("/")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return `/${names.join("/")}`;
}

const MAX_BYTES = 1024;
const MAX_LEVELS = 32;

/** The path as the API keeps it, in NFC. Throws an `Error` that says why there can be no such folder. */
export function canonicalFolder(path: string): string {
  if (path === ROOT) return ROOT;
  const names = path.slice(1).split("/");
  if (!path.startsWith("/") || names.includes("")) throw new Error("a folder has no empty name");
  if (names.includes(".") || names.includes("..")) throw new Error("a folder has no name '.' or '..'");
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(path)) throw new Error("a folder has no control characters");
  if (names.length > MAX_LEVELS) {
    throw new Error(`a folder is at most ${MAX_LEVELS} levels deep, and this one is ${names.length}`);
  }
  const folder = path.normalize("NFC");
  const size = new TextEncoder().encode(folder).length;
  if (size > MAX_BYTES) throw new Error(`a folder is at most ${MAX_BYTES} bytes long, and this one is ${size}`);
  return folder;
}
