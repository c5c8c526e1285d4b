import { describe, expect, it } from "vitest";
import type { AnswerMessage } from "../../../live/connection";
import { answer, citation } from "../samples";
import { heard, standing, withMessage } from "./folding";

const RUNNING = answer({ status: "running", text: "They", citations: [], ended_at: null });

function told(given: Partial<AnswerMessage> = {}): AnswerMessage {
  const about = { topic: "chat:c", type: "answer", message_id: "000001" } as const;
  return { ...about, at: "2026-01-15T09:20:08+00:00", revision: 4, status: "running", text: "They are", ...given };
}

describe("a live message", () => {
  it("brings the text of what is being written", () => {
    expect(heard(RUNNING, told())).toBe("They are");
    expect(heard(RUNNING, told({ text: "" }))).toBe("");
  });

  it.each([
    ["it has ended", RUNNING, told({ status: "complete", text: null })],
    ["it is longer than a frame", RUNNING, told({ text: null })],
    ["it is made anew by another window", answer(), told()],
    ["it was asked in another window", undefined, told()],
  ])("has the message read where %s", (_, known, message) => {
    expect(heard(known, message)).toBeNull();
  });
});

describe("a message that was read by itself", () => {
  const pages = [
    { messages: [answer(), answer({ message_id: "000002" })], next_cursor: "000002" },
    { messages: [answer({ message_id: "000003" })], next_cursor: null },
  ];
  const ids = (found: typeof pages) => found.map((page) => page.messages.map((each) => each.message_id));

  it("stands where it stood", () => {
    const found = withMessage(pages, answer({ message_id: "000002", text: "Another." }));
    expect(ids(found as typeof pages)).toEqual([["000001", "000002"], ["000003"]]);
    expect(found[0]?.messages[1]?.text).toBe("Another.");
  });

  it("is the last one where it is new", () => {
    expect(
      withMessage(pages, answer({ message_id: "000004" }))
        .at(-1)
        ?.messages.at(-1)?.message_id,
    ).toBe("000004");
  });

  it("stands in the order of the questions where a later one was read first", () => {
    const later = withMessage(pages, answer({ message_id: "000005" }));
    expect(ids(withMessage(later, answer({ message_id: "000004" })) as typeof pages)).toEqual([
      ["000001", "000002"],
      ["000003", "000004", "000005"],
    ]);
  });

  it("waits for its page where there are more", () => {
    expect(withMessage(pages.slice(0, 1), answer({ message_id: "000004" }))).toEqual(pages.slice(0, 1));
    expect(withMessage([], answer())).toEqual([]);
  });
});

describe("after a deletion", () => {
  const two = answer({ citations: [citation(), citation({ number: 2, doc_hash: "boats", title: "Boats" })] });
  const isGone = (docHash: string) => docHash === "tides";

  it("nothing is shown of an answer that cites it", () => {
    const shown = standing(two, isGone);
    expect(shown).toMatchObject({ status: "withheld", text: "" });
    expect(shown.citations.map((each) => each.state)).toEqual(["withdrawn", "current"]);
    expect(JSON.stringify(shown)).not.toContain("cabinet");
    expect(JSON.stringify(shown)).not.toContain("Boats");
  });

  it("what is being written begins anew", () => {
    const shown = standing({ ...two, status: "running" }, isGone);
    expect(shown).toMatchObject({ status: "running", text: "", citations: [] });
  });

  it("other answers stay as they are", () => {
    const other = answer({ citations: [citation({ doc_hash: "boats" })] });
    expect(standing(other, isGone)).toBe(other);
    expect(standing(two, () => false)).toBe(two);
  });
});
