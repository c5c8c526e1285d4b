import type { Page } from "../../app/page";

export const page: Page = {
  path: "/records",
  title: "Records",
  needs: "write",
  navigation: { label: "Records", icon: "records", order: 27 },
  load: () => import("./RecordsPage"),
};
