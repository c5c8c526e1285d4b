// How a series is drawn: lines through what is known, broken where nothing is.

export type Points = readonly (number | null)[];

export interface Shape {
  /** Each the points of a `polyline`. */
  lines: string[];
  /** What is known with nothing known beside it: a line would not show it. */
  dots: { x: number; y: number }[];
}

/** The highest value; null where none is known. */
export function highest(points: Points): number | null {
  return points.reduce<number | null>((most, point) => (point === null ? most : Math.max(point, most ?? point)), null);
}

/** The shape of a series in a box of this size, whose upper edge is the value `most`. */
export function shapeOf(points: Points, width: number, height: number, most: number = highest(points) ?? 0): Shape {
  const step = width / Math.max(1, points.length - 1);
  const stretches: { x: number; y: number }[][] = [[]];
  points.forEach((point, index) => {
    if (point === null) stretches.push([]);
    else stretches.at(-1)?.push({ x: index * step, y: height - (point / (most || 1)) * height });
  });
  return {
    lines: stretches
      .filter((stretch) => stretch.length > 1)
      .map((stretch) => stretch.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")),
    dots: stretches.flatMap((stretch) => (stretch.length === 1 ? stretch : [])),
  };
}
