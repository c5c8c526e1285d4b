// The passage that an address leads to, such as one that an answer cites: `?version=3&passage=v000003-00012`.

export interface LinkedPassage {
  version: number;
  chunkId: string;
}

/** Null where the address names none. */
export function linkedPassage(search: string): LinkedPassage | null {
  const given = new URLSearchParams(search);
  const version = Number(given.get("version"));
  const chunkId = given.get("passage");
  return Number.isSafeInteger(version) && version > 0 && chunkId ? { version, chunkId } : null;
}
