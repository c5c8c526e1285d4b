import type { Page } from "../../app/page";

export const page: Page = {
  path: "/ask",
  title: "Ask",
  needs: "read",
  navigation: { label: "Ask", icon: "ask", order: 35 },
  load: () => import("./NewChatPage"),
};
