import type { Page } from "../../app/page";

export const page: Page = {
  path: "/operations",
  title: "Operations",
  needs: "read",
  navigation: { label: "Operations", icon: "operations", order: 50 },
  load: () => import("./OperationsPage"),
};
