// Where the keys of a list lead: arrows, Page Up and Down, Home, End.

/** The row that a key leads to from the row `active`; null where it leads nowhere. `page` is how many rows are seen at a time. */
export function rowAfter(key: string, active: number, page: number, count: number): number | null {
  const steps: Record<string, number> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: count - 1,
  };
  const to = Object.hasOwn(steps, key) ? steps[key] : undefined;
  return to === undefined || count === 0 ? null : Math.min(Math.max(to, 0), count - 1);
}

/** How many rows a page moves on by: those that are seen, but one, so that who reads on sees where they were. */
export function rowsOfPage(seen: number, height: number): number {
  return Math.max(1, Math.floor(seen / height) - 1);
}
