// How an answer stands, in words: what it is, why, and what there is to do.
import { dollars } from "../../../words/cost";
import { count, many } from "../../../words/number";
import type { Tone } from "../../../words/status";
import type { Citation } from "./cited";
import type { Answer } from "./folding";

export interface StateWords {
  label: string;
  tone: Tone;
  means: string;
}

/** Null for a whole answer, of which there is nothing to say. */
export function stateWords(answer: Answer): StateWords | null {
  const why = answer.error?.message ?? "nothing is known of why";
  switch (answer.status) {
    case "running":
      return answer.generator === null && answer.text === ""
        ? { label: "Looking", tone: "busy", means: "Passages that answer it are looked for." }
        : { label: "Writing", tone: "busy", means: "The answer is being written." };
    case "complete":
      return null;
    case "incomplete":
      return answer.error?.type === "Stopped"
        ? { label: "Stopped", tone: "warn", means: "You stopped it. What was written until then is kept." }
        : {
            label: "Incomplete",
            tone: "warn",
            means: `This is not the whole answer: ${why}. What was written is kept.`,
          };
    case "failed":
      return { label: "Failed", tone: "bad", means: `There is no answer: ${why}.` };
    case "withheld":
      return {
        label: "Withheld",
        tone: "warn",
        means:
          "A document that this answer was made from was deleted, so nothing of the answer is shown any more. Ask again for one from what is there now.",
      };
    case "no_answer":
      return {
        label: "No answer",
        tone: "plain",
        means: "The documents do not say. Ask in other words, or have more documents looked in.",
      };
  }
}

/** What is said of an answer that is made while no live messages come. `error` is why it could not be read last. */
export function lookedWords(isLive: boolean, error: unknown): string | null {
  if (error !== null) return "It cannot be read at the moment. It is made all the same, and asked for again.";
  return isLive ? null : "No live messages come, so it is asked for every two seconds.";
}

/** Whether what wrote it was given a prompt: a model is, and `extractive` quotes. */
export function isByModel(answer: Answer): boolean {
  return answer.generator !== null && answer.generator !== "extractive";
}

/** What became of what is cited; null while it is served. */
export function sourceState({ state }: Pick<Citation, "state">): { label: string; tone: Tone; means: string } | null {
  switch (state) {
    case "current":
      return null;
    case "superseded":
      return { label: "Replaced since", tone: "warn", means: "Its document has a newer version." };
    case "withdrawn":
      return { label: "Deleted since", tone: "bad", means: "Its document was deleted." };
  }
}

export function sourceName({ title, doc_hash }: Pick<Citation, "title" | "doc_hash">): string {
  return title ?? doc_hash;
}

/** Where in its document it stands, and of which version that is. */
export function sourcePlace(citation: Citation): string {
  const heading = citation.heading === citation.title ? null : citation.heading;
  return [heading, `version ${citation.version}`].filter(Boolean).join(", ");
}

/** The address of the passage in its document's page. */
export function sourceAddress({
  doc_hash,
  version,
  chunk_id,
}: Pick<Citation, "doc_hash" | "version" | "chunk_id">): string {
  return `/documents/${doc_hash}?${new URLSearchParams({ version: String(version), passage: chunk_id })}`;
}

/** What wrote it, and what that took: `Written by openai, 1,840 tokens read, 96 written, 0.001 $`. */
export function takenWords(answer: Answer): string {
  const { generator, status, used } = answer;
  if (generator === null) return "";
  if (!isByModel(answer)) return status === "no_answer" ? "" : "Quoted from the documents";
  const by = `Written by ${generator}`;
  if (used === null || used.tokens_in + used.tokens_out === 0) return by;
  const about = used.estimated ? "about " : "";
  const tokens = `${about}${many(used.tokens_in, "token")} read, ${about}${count(used.tokens_out)} written`;
  return [by, tokens, ...(used.cost === undefined ? [] : [dollars(used.cost)])].join(", ");
}
