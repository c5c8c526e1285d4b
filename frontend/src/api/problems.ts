// What the API answers in the place of what was asked for, as an error with its parts.
import type { components } from "./schema";

export type FieldProblem = components["schemas"]["FieldProblem"];

export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly fields: FieldProblem[] = [],
    /** Seconds, where the API says after how many to come again. */
    readonly retryAfter: number | null = null,
    /** For whoever looks into the log. */
    readonly correlationId: string | null = null,
  ) {
    super(detail);
    this.name = "ApiProblem";
  }
}

/** The answer of a request, or an `ApiProblem`. */
export async function answered<T>(request: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await request;
  if (response.ok) return data as T;
  throw problemOf(error, response);
}

export function problemOf(body: unknown, response: Response): ApiProblem {
  const said = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  // API Gateway's own answers have a `message` alone.
  const detail = [said.detail, said.message, response.statusText].find(
    (text) => typeof text === "string" && text !== "",
  );
  const fields = Array.isArray(said.errors) ? (said.errors as FieldProblem[]) : [];
  const retryAfter = Number(response.headers.get("Retry-After"));
  return new ApiProblem(
    response.status,
    typeof detail === "string" ? detail : `the API answers ${response.status}`,
    fields,
    retryAfter > 0 ? retryAfter : null,
    response.headers.get("X-Correlation-Id"),
  );
}
