// What a page is: a folder below `features/` with a `page.ts` that exports one of these as `page`.
import type { ComponentType } from "react";
import type { Permission } from "../auth/roles";
import type { IconName } from "../design/Icon";

export interface Page {
  /** A pattern of wouter: `/documents/:doc`. Parameters are given to the component as `params`. */
  path: string;
  /** Of the browser's tab. */
  title: string;
  needs: Permission;
  /** Its place in the navigation, smaller first. A page that others lead to has none. */
  navigation?: { label: string; icon: IconName; order: number };
  /** Its script, which comes when the page is opened. */
  load(): Promise<{ default: ComponentType<{ params: Record<string, string> }> }>;
}
