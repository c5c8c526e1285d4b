import type { Page } from "../../app/page";

export const page: Page = {
  path: "/search",
  title: "Search",
  needs: "read",
  navigation: { label: "Search", icon: "search", order: 30 },
  load: () => import("./SearchPage"),
};
