// Where a list of equal rows is scrolled to, said by the row that is there: so it stays in its place when others come or go.

export interface Anchor {
  key: string;
  /** Pixels of the row that are above the edge. */
  above: number;
}

export function anchorAt(keys: readonly string[], scrollTop: number, height: number): Anchor | null {
  // At its very beginning a list shows what is first, whatever that is.
  if (scrollTop <= 0) return null;
  const key = keys[Math.floor(scrollTop / height)];
  return key === undefined ? null : { key, above: scrollTop % height };
}

/** Where to scroll to so that the anchor is where it was; null if its row is gone. */
export function scrollTopOf(keys: readonly string[], anchor: Anchor, height: number): number | null {
  const index = keys.indexOf(anchor.key);
  return index < 0 ? null : index * height + anchor.above;
}
