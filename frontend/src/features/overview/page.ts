import type { Page } from "../../app/page";

export const page: Page = {
  path: "/overview",
  title: "Overview",
  needs: "read",
  navigation: { label: "Overview", icon: "overview", order: 10 },
  load: () => import("./OverviewPage"),
};
