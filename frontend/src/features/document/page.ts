import type { Page } from "../../app/page";

export const page: Page = {
  path: "/documents/:doc",
  title: "Document",
  needs: "read",
  load: () => import("./DocumentPage"),
};
