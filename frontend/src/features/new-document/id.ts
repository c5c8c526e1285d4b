// The id that a new document gets of its title.

export const ID = /^[A-Za-z0-9_-]{1,128}$/;
const LONGEST = 100;

/** Letters of the alphabet, digits and hyphens; empty where the title has none of them. */
export function idOf(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, "");
}
