// Numbers and sizes as people write them.
const NUMBER = new Intl.NumberFormat("en");

export function count(number: number): string {
  return NUMBER.format(number);
}

/** `1 document`, `2 documents`. */
export function many(number: number, one: string, several = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : several}`;
}

export function size(bytes: number): string {
  if (bytes < 1000) return many(bytes, "byte");
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
