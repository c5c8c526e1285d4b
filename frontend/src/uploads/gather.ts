// Which files were dropped or picked: folders with all below them. Hidden files and folders are left out, as the command does.

export interface Gathered {
  /** Relative to the folder that was given; of a file that was given itself, its name. */
  path: string;
  /** The folder that was given. Null for a file that was given itself. */
  root: string | null;
  /** Null where it could not be opened. */
  file: File | null;
}

/** How files are called that are hidden, and those that Word keeps beside one that is open. */
const NOT_DOCUMENTS = /^(\.|~\$)/;

/** What was dropped or pasted. It has to be called while the event is handled: the browser forgets it then. */
export function gatherTransfer(transfer: DataTransfer): Promise<Gathered[]> {
  const given = [...transfer.items].filter((item) => item.kind === "file");
  const found = given.map((item) => {
    const entry = item.webkitGetAsEntry();
    const file = entry === null || entry.isFile ? item.getAsFile() : null;
    return { entry, file };
  });
  return gatherEntries(found);
}

async function gatherEntries(given: { entry: FileSystemEntry | null; file: File | null }[]): Promise<Gathered[]> {
  const all: Gathered[] = [];
  for (const { entry, file } of given) {
    if (file !== null) all.push({ path: file.name, root: null, file });
    else if (entry !== null && isFolder(entry)) await gatherFolder(entry, entry.name, "", all);
  }
  return inOrder(all);
}

/** What an `<input type="file">` has, also one that takes a folder. */
export function gatherPicked(files: Iterable<File>): Gathered[] {
  const all: Gathered[] = [];
  for (const file of files) {
    const [root, ...below] = file.webkitRelativePath.split("/");
    if (below.length === 0) all.push({ path: file.name, root: null, file });
    else if (!isHidden(below)) all.push({ path: below.join("/"), root: root ?? null, file });
  }
  return inOrder(all);
}

async function gatherFolder(
  folder: FileSystemDirectoryEntry,
  root: string,
  above: string,
  all: Gathered[],
): Promise<void> {
  const reader = folder.createReader();
  for (;;) {
    let some: FileSystemEntry[];
    try {
      // The browser gives a hundred at a time.
      some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    } catch {
      all.push({ path: above === "" ? folder.name : above.slice(0, -1), root, file: null });
      return;
    }
    if (some.length === 0) return;
    for (const entry of some) {
      const path = above + entry.name;
      if (isFolder(entry)) {
        if (!entry.name.startsWith(".")) await gatherFolder(entry, root, `${path}/`, all);
      } else if (!NOT_DOCUMENTS.test(entry.name)) {
        all.push({ path, root, file: await opened(entry as FileSystemFileEntry) });
      }
    }
  }
}

function opened(entry: FileSystemFileEntry): Promise<File | null> {
  return new Promise((done) => entry.file(done, () => done(null)));
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function isHidden(below: string[]): boolean {
  return below.slice(0, -1).some((name) => name.startsWith(".")) || NOT_DOCUMENTS.test(below.at(-1) ?? "");
}

function inOrder(all: Gathered[]): Gathered[] {
  return all.sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}
