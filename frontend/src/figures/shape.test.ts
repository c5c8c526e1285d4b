import { describe, expect, it } from "vitest";
import { highest, shapeOf } from "./shape";

describe("a series is drawn", () => {
  it("in stretches of what is known", () => {
    const { lines, dots } = shapeOf([0, 2, null, 1, 1], 40, 10);
    expect(lines).toEqual(["0.0,10.0 10.0,0.0", "30.0,5.0 40.0,5.0"]);
    expect(dots).toEqual([]);
  });

  it("with a dot for what is known alone", () => {
    expect(shapeOf([null, 3, null], 40, 10)).toEqual({ lines: [], dots: [{ x: 20, y: 0 }] });
    expect(shapeOf([null, null], 40, 10)).toEqual({ lines: [], dots: [] });
  });

  it("on the scale that it is given, and at the foot where all is 0", () => {
    expect(shapeOf([1, 2], 40, 10, 4).lines).toEqual(["0.0,7.5 40.0,5.0"]);
    expect(shapeOf([0, 0], 40, 10).lines).toEqual(["0.0,10.0 40.0,10.0"]);
  });
});

it("what is not known is not the highest", () => {
  expect(highest([null, 0, null])).toBe(0);
  expect(highest([2, null, 3])).toBe(3);
  expect(highest([null])).toBeNull();
});
