import type { Page } from "../../app/page";

export const page: Page = {
  path: "/upload",
  title: "Upload",
  needs: "write",
  navigation: { label: "Upload", icon: "upload", order: 25 },
  load: () => import("./UploadPage"),
};
