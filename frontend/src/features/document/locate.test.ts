import { expect, it } from "vitest";
import { locate } from "./locate";

const CONTENT = "# Opening hours\n\nThe *library* opens\nat nine. It closes at six.\n";

it.each([
  ["The library opens at nine.", "The *library* opens\nat nine"],
  ["Opening hours\n\nThe library", "Opening hours\n\nThe *library"],
  ["it CLOSES", "It closes"],
])("the passage %j stands there", (passage, expected) => {
  const found = locate(CONTENT, passage);
  expect(found && CONTENT.slice(found.start, found.end)).toBe(expected);
});

it.each(["opens at ten", "", "?!"])("the passage %j does not", (passage) => {
  expect(locate(CONTENT, passage)).toBeNull();
});
