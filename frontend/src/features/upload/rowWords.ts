// What a row says of its file.
import { FileUnreadable } from "../../uploads/deliver";
import { UploadInterrupted } from "../../uploads/put";
import type { Row, UploadState } from "../../uploads/rows";
import { size } from "../../words/number";
import { details, inWords } from "../../words/problems";
import type { StatusWords } from "../../words/status";
import { INTERRUPTED, UNREADABLE } from "../../words/uploads";

/** Of states that are not a document's own status. */
export const BADGES: Record<Exclude<UploadState["is"], "sent">, StatusWords> = {
  looking: {
    label: "Being looked at",
    tone: "plain",
    means: "Its bytes are looked at here, and compared with what is known.",
  },
  "left out": { label: "Left out", tone: "warn", means: "It is not sent." },
  waiting: { label: "To be sent", tone: "plain", means: "It waits for its turn." },
  unchanged: { label: "Unchanged", tone: "good", means: "The service has it as it is, so it was not sent." },
  sending: { label: "Sending", tone: "busy", means: "It is on its way to the service." },
  "not sent": { label: "Not sent", tone: "bad", means: "It could not be sent. Retry it." },
};

/** What is known of the file beside its name and status. */
export function remarksOf({ source, state, twin, size: bytes }: Row): string[] {
  const remarks: string[] = [];
  if (source) remarks.push(`in ${source.folder}`);
  if (state.is === "sending" && state.bytes !== null) remarks.push(`${size(state.bytes)} of ${size(bytes)} through`);
  if (state.is === "sent" || state.is === "unchanged") remarks.push(`version ${state.version}`);
  if (state.is === "sent" && state.now.version > state.version)
    remarks.push(`version ${state.now.version} came after it`);
  if (twin !== null) remarks.push(`same content as ${twin}`);
  return remarks;
}

/** Why it is not sent or not indexed, and what to do; null where nothing is wrong. */
export function troubleOf({ state }: Row): string | null {
  if (state.is === "left out") return `${state.why.what}. ${state.why.advice}`;
  if (state.is === "sent") return state.now.error?.message ?? null;
  if (state.is !== "not sent") return null;
  const { error } = state;
  const { what, advice } =
    error instanceof FileUnreadable ? UNREADABLE : error instanceof UploadInterrupted ? INTERRUPTED : inWords(error);
  const more = error instanceof FileUnreadable ? [] : details(error);
  return [`${what}. ${advice}`, ...more].join(" ");
}
