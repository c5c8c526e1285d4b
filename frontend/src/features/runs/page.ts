import type { Page } from "../../app/page";

export const page: Page = {
  path: "/runs",
  title: "Runs",
  needs: "read",
  navigation: { label: "Runs", icon: "runs", order: 40 },
  load: () => import("./RunsPage"),
};
