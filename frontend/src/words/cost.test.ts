import { expect, it } from "vitest";
import cost from "../../../docs/cost.md?raw";
import { COMPARING, comparing, dollars, MEDIUM_PASSAGES, SENDING, SWEEPING, sending, WRITING } from "./cost";

it("is what docs/cost.md counts", () => {
  expect(cost).toContain(`| **together** | **${SENDING.small}** | **${SENDING.medium}** | **${SENDING.large}** |`);
  expect(cost).toMatch(new RegExp(`\\| Pinecone, writes \\|[^|]*\\| ${WRITING} \\(`));
  expect(cost).toMatch(new RegExp(`each day, everything \\|[^|]*\\| ${COMPARING} \\|`));
  expect(cost).toMatch(new RegExp(`\\| chunks \\| 1 \\| ${MEDIUM_PASSAGES.toFixed(2)} \\|`));
  expect(cost).toMatch(new RegExp(`the sweep[^|]*\\|[^|]*\\| ${SWEEPING} \\|`));
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
