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
