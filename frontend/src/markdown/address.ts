// Which addresses of a text may be followed from the preview.

const FOLLOWED = new Set(["http:", "https:", "mailto:"]);

/** Whether it is a whole address of the web or of mail. Everything else is shown, and leads nowhere. */
export function leadsOut(address: string): boolean {
  try {
    return FOLLOWED.has(new URL(address).protocol);
  } catch {
    return false;
  }
}
