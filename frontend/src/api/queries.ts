// How answers are kept and asked for again.
import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./problems";

const TRIES = 3;
/** Answers that another try may change. */
const PASSING = new Set([429, 502, 503, 504]);

export function isPassing(error: unknown): boolean {
  return error instanceof ApiProblem ? PASSING.has(error.status) : error instanceof TypeError;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < TRIES && isPassing(error),
        retryDelay: (failures, error) =>
          error instanceof ApiProblem && error.retryAfter !== null ? error.retryAfter * 1000 : 500 * 2 ** failures,
        // Live messages say what changed; who comes back to a window looks once more.
        staleTime: 15_000,
      },
      mutations: { retry: false },
    },
  });
}
