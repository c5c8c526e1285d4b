import type { Page } from "../../app/page";

export const page: Page = {
  path: "/audit",
  title: "Audit",
  needs: "operate",
  navigation: { label: "Audit", icon: "audit", order: 70 },
  load: () => import("./AuditPage"),
};
