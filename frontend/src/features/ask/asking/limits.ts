// What may be asked, and when again.
import { ApiProblem } from "../../../api/problems";
import { count, many } from "../../../words/number";
import { clock, duration } from "../../../words/time";

export const QUESTION_MAX_CHARACTERS = 8192;
const QUESTION = { most: QUESTION_MAX_CHARACTERS, what: "a question" };
export const COMMENT = { most: 2000, what: "a comment" };
/** How many are left is said from here on. */
const NEARLY = 500;
const FAR_SECONDS = 3600;

/** What is said of the length of a text, in characters as the API counts them; null where there is room enough. */
export function lengthWords(text: string, { most, what } = QUESTION): { words: string; isTooLong: boolean } | null {
  const left = most - [...text].length;
  if (left > NEARLY) return null;
  if (left >= 0) return { words: `${many(left, "character")} left`, isTooLong: false };
  return {
    words: `${many(-left, "character")} too many: ${what} has ${count(most)} at most`,
    isTooLong: true,
  };
}

/** When may be asked again, in milliseconds; null where the answer does not say. */
export function againAt(error: unknown, now: number): number | null {
  if (!(error instanceof ApiProblem) || error.status !== 429 || error.retryAfter === null) return null;
  return now + error.retryAfter * 1000;
}

/** When that is, in words. */
export function againWords(at: number, now: number): string {
  const seconds = Math.ceil((at - now) / 1000);
  if (seconds <= 0) return "You may ask again now.";
  if (seconds < 60) return `You may ask again in ${seconds} s.`;
  const time = seconds > FAR_SECONDS * 12 ? "" : ` at ${clock(new Date(at).toISOString())}, which is`;
  return `You may ask again${time} in ${duration(seconds)}.`;
}
