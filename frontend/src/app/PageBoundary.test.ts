import { expect, it } from "vitest";
import { details, inWords } from "../words/problems";
import { PageBoundary } from "./PageBoundary";

it("a page that fails is not told as a service that cannot be reached", () => {
  const { error } = PageBoundary.getDerivedStateFromError(new TypeError("x is undefined"));
  expect(inWords(error).what).toBe("Something went wrong here");
  expect(details(error)).toEqual(["x is undefined"]);
});
