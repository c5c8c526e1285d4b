import { expect, it } from "vitest";
import { leadsOut } from "./address";

it.each(["https://example.org/a", "http://example.org", "mailto:a@example.org", "HTTPS://example.org"])(
  "%s",
  (address) => {
    expect(leadsOut(address)).toBe(true);
  },
);

it.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  " javascript:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,<script>1</script>",
  "vbscript:x",
  "blob:https://example.org/1",
  "other.md",
  "/documents",
  "//example.org",
  "",
])("%j leads nowhere", (address) => {
  expect(leadsOut(address)).toBe(false);
});
