// All pages: each folder below `features/` that has a `page.ts`.
import type { Role } from "../auth/roles";
import { may } from "../auth/roles";
import type { Page } from "./page";

const FOUND = import.meta.glob<{ page: Page }>("../features/*/page.ts", { eager: true });

export const PAGES: Page[] = Object.values(FOUND).map((each) => each.page);
export const HOME = "/documents";

/** Those in the navigation that the role may open, in their order. */
export function navigable(role: Role | null, pages: Page[] = PAGES): Page[] {
  return pages
    .filter((page) => page.navigation && may(role, page.needs))
    .sort((one, other) => (one.navigation?.order ?? 0) - (other.navigation?.order ?? 0));
}

/** Whether there is a page of this pattern to lead to. */
export function hasPage(path: string): boolean {
  return PAGES.some((page) => page.path === path);
}
