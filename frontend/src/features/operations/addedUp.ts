// Counts of several parts, put together by their names.
export function addedUp(parts: readonly Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const part of parts) for (const [name, number] of Object.entries(part)) sums[name] = (sums[name] ?? 0) + number;
  return sums;
}
