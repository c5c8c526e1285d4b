import type { Page } from "../../app/page";

export const page: Page = {
  path: "/ask/:chat",
  title: "Ask",
  needs: "read",
  load: () => import("../ask/ChatPage"),
};
