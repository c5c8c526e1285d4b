import { expect, it } from "vitest";
import cost from "../../../docs/cost.md?raw";
import { COMPARING, comparing, dollars, MEDIUM_PASSAGES, SENDING, SWEEPING, sending, WRITING } from "./cost";

/** The figures of the first row that begins so. */
function row(begin: string): number[] {
  const line = cost.split("\n").find((each) => each.startsWith(`| ${begin}`)) ?? "";
  const cells = line
    .split("|")
    .slice(2)
    .map((cell) => Number.parseFloat(cell.replaceAll(/[*,\s]/g, "")));
  return cells.filter((figure) => !Number.isNaN(figure));
}

it("is what docs/cost.md counts, but for what nobody would see in a sentence", () => {
  const documents = cost.slice(cost.indexOf("<!-- cost-documents: begin -->"));
  const [small, medium, large] = (
    /\*\*together\*\* \| \*\*([\d.]+)\*\* \| \*\*([\d.]+)\*\* \| \*\*([\d.]+)/.exec(documents) ?? []
  )
    .slice(1)
    .map(Number);
  const pairs: [said: number, counted: number | undefined][] = [
    [SENDING.small, small],
    [SENDING.medium, medium],
    [SENDING.large, large],
    [WRITING, row("Pinecone, writes")[1]],
    [COMPARING, row("instead of both: each day, everything")[1]],
    [MEDIUM_PASSAGES, row("chunks")[1]],
    [SWEEPING, row("the sweep")[1]],
  ];
  for (const [said, counted] of pairs) {
    expect(Math.abs(said / (counted ?? Number.NaN) - 1)).toBeLessThan(0.1);
  }
});

it("is said in figures that mean something", () => {
  expect([dollars(0.00038), dollars(0.0767), dollars(0.81), dollars(766.6)]).toEqual([
    "0.0004 $",
    "0.08 $",
    "0.81 $",
    "767 $",
  ]);
  expect(sending(1000)).toBe("0.38 $ if they are small, 0.81 $ at 23 passages each, 7.67 $ at 350");
  expect(comparing(42_735)).toBe("2.16 $");
});
