import type { Page } from "../../app/page";

export const page: Page = {
  path: "/runs/:id",
  title: "Run",
  needs: "read",
  load: () => import("./RunPage"),
};
