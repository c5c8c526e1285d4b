import type { Page } from "../../app/page";

export const page: Page = {
  path: "/documents",
  title: "Documents",
  needs: "read",
  navigation: { label: "Documents", icon: "documents", order: 20 },
  load: () => import("./DocumentsPage"),
};
