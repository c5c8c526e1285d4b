// Messages for tests.
import type { Citation } from "./answer/cited";
import type { Answer } from "./answer/folding";

export const citation = (given: Partial<Citation> = {}): Citation => ({
  number: 1,
  doc_hash: "tides",
  version: 1,
  chunk_id: "v000001-00000",
  state: "current",
  title: "Tides",
  heading: null,
  quote: "They are in the blue cabinet.",
  at: [30],
  ...given,
});

export const answer = (given: Partial<Answer> = {}): Answer => ({
  chat_id: "c",
  message_id: "000001",
  status: "complete",
  question: "Where are they?",
  text: "They are in the blue cabinet. [1]",
  citations: [citation()],
  rests_on_superseded: false,
  generator: "extractive",
  attempt: 1,
  used: null,
  error: null,
  feedback: null,
  asked_at: "2026-01-15T09:20:07+00:00",
  started_at: "2026-01-15T09:20:07+00:00",
  ended_at: "2026-01-15T09:20:08+00:00",
  ...given,
});
