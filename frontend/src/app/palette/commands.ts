// What the palette offers for what somebody types.
import { addressOf as documentsAddress, FIRST } from "../../library/view";
import { STATE_MACHINES } from "../../words/runs";
import type { Page } from "../page";

export interface Command {
  label: string;
  /** Where it leads. */
  href: string;
}

/** A run's id begins with its state machine. */
const RUN = new RegExp(`^(${STATE_MACHINES.join("|")})-[A-Za-z0-9_-]+$`);
const DOC_HASH = /^[A-Za-z0-9_-]{1,128}$/;

/** Pages by their names, then what can be done with the text itself. */
export function commandsFor(text: string, pages: readonly Page[], mayWrite = false): Command[] {
  const typed = text.trim();
  const found: Command[] = pages
    .filter((page) => page.navigation?.label.toLowerCase().includes(typed.toLowerCase()))
    .map((page) => ({ label: page.navigation?.label ?? page.title, href: page.path }));
  if (typed === "") return found;
  found.push({ label: `Search for "${typed}"`, href: `/search?${new URLSearchParams({ q: typed })}` });
  found.push({
    label: `Documents whose titles begin with "${typed}"`,
    href: documentsAddress({ ...FIRST, title: typed }),
  });
  if (DOC_HASH.test(typed)) found.push({ label: `Open the document ${typed}`, href: `/documents/${typed}` });
  if (DOC_HASH.test(typed) && mayWrite)
    found.push({ label: `Edit the text of ${typed}`, href: `/documents/${typed}/edit` });
  if (RUN.test(typed)) found.push({ label: `Open the run ${typed}`, href: `/runs/${typed}` });
  return found;
}
