import type { Page } from "../../app/page";

export const page: Page = {
  path: "/new",
  title: "New document",
  needs: "write",
  navigation: { label: "New document", icon: "edit", order: 26 },
  load: () => import("./NewDocumentPage"),
};
