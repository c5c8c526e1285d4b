// What is wrong with a text, and where.

export interface Finding {
  /** `error`: it would surely fail, so it is not saved. `warning`: it is taken, perhaps not as it is meant. */
  kind: "error" | "warning";
  text: string;
  /** Characters of the text, from and to. */
  from: number;
  to: number;
}

/** Where a character stands, as people count: from line 1, column 1. */
export function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
}
