import type { Page } from "../../app/page";

export const page: Page = {
  path: "/documents/:doc/edit",
  title: "Edit a text",
  needs: "write",
  load: () => import("./EditorPage"),
};
