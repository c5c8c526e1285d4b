import type { Page } from "../../app/page";

export const page: Page = {
  path: "/performance",
  title: "Performance",
  needs: "read",
  navigation: { label: "Performance", icon: "performance", order: 60 },
  load: () => import("./PerformancePage"),
};
