// Errors in the words of who meets them: what happened, and what to do.
import { ApiProblem } from "../api/problems";

export interface Told {
  what: string;
  advice: string;
}

const BY_STATUS: Record<number, Told> = {
  400: { what: "The request was not understood", advice: "Change what you entered, and try again." },
  401: { what: "The service does not take your sign-in", advice: "Sign out, and in again." },
  403: { what: "Your role may not do this", advice: "Ask an administrator for another role." },
  404: { what: "It is not there", advice: "It may have been deleted, or the address is wrong." },
  409: { what: "Something newer was accepted meanwhile", advice: "Load what is there now, and decide again." },
  410: { what: "Its content is not kept any more", advice: "Send the document again." },
  413: { what: "It is too large", advice: "Send less at a time." },
  422: { what: "Something in it is not valid", advice: "Change what is named below." },
  429: { what: "The service takes no more for a moment", advice: "Try again in a second." },
  502: { what: "The service does not answer", advice: "Try again in a moment." },
  503: { what: "A part of the service cannot be reached", advice: "Try again in a moment." },
  504: { what: "The service took too long", advice: "Try again in a moment." },
};

export function inWords(error: unknown): Told {
  if (error instanceof ApiProblem) {
    return BY_STATUS[error.status] ?? { what: "The service failed", advice: "Try again; its log has the details." };
  }
  // What `fetch` throws where no answer came.
  if (error instanceof TypeError) {
    return {
      what: "The service cannot be reached",
      advice: "Look at your connection; what you entered is still here.",
    };
  }
  return { what: "Something went wrong here", advice: "Load the page again." };
}

/** What the service itself says of it: the fields at fault, or its one sentence. Null where there is nothing to add. */
export function details(error: unknown): string[] {
  if (!(error instanceof ApiProblem))
    return error instanceof Error && !(error instanceof TypeError) ? [error.message] : [];
  if (error.fields.length > 0) return error.fields.map((field) => `${field.field}: ${field.detail}`);
  return error.detail ? [error.detail] : [];
}
