// A run as it is now. Of its states no live message tells, so it is looked again every two seconds while it runs, and at once
// when a live message says that its document has changed.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { useLive, useWithdrawn } from "../../live/useLive";
import { type Part, type ReadPart, type RunDetail, type RunState, readOn, statesOf } from "./history";

const LOOK_MILLISECONDS = 2_000;
/** Events in a part. The API takes a cursor with the same number alone. */
export const EVENTS = 500;
/** Parts that are read by themselves: a longer history is read on by request. */
const PARTS_AT_FIRST = 4;

export function runKey(id: string): string[] {
  return ["run", id];
}

export interface FollowedRun {
  run: RunDetail | undefined;
  parts: readonly Part[];
  states: RunState[];
  error: unknown;
  /** Whether its history goes on after what is shown. */
  hasMore: boolean;
  isLoading: boolean;
  loadMore(): void;
  reload(): void;
}

export function useRun(id: string): FollowedRun {
  const { api } = useServices();
  const client = useQueryClient();
  const isWithdrawn = useWithdrawn();
  const wanted = useRef(PARTS_AT_FIRST);
  const key = runKey(id);
  const found = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => {
      const read: ReadPart = (cursor) =>
        answered(
          api.GET("/runs/{id}", {
            params: { path: { id }, query: { limit: EVENTS, ...(cursor !== null && { cursor }) } },
            signal,
          }),
        );
      return readOn(client.getQueryData<Part[]>(key) ?? [], wanted.current, read);
    },
    // A cursor is good for a day, and what is kept was read by one: who comes back later reads anew.
    gcTime: 60_000,
    staleTime: 0,
    refetchInterval: (query) => (query.state.data?.[0]?.run.status === "running" ? LOOK_MILLISECONDS : false),
  });
  const parts = found.data ?? [];
  const first = parts[0]?.run;
  const document = first?.document ?? null;
  useLive(document === null ? null : `document:${document.doc_hash}`, {
    onMessage: () => void found.refetch(),
    onReload: () => void found.refetch(),
  });
  const gone = document !== null && document.operation !== "DELETE" && isWithdrawn(document.doc_hash, document.version);
  const states = useMemo(() => {
    const whole = statesOf(found.data ?? []);
    return gone ? whole.map(withoutTexts) : whole;
  }, [found.data, gone]);
  const run = first && gone ? { ...first, withheld: true, input: null, output: null, error: untold(first) } : first;
  return {
    run,
    parts,
    states,
    error: found.error,
    hasMore: (parts.at(-1)?.run.next_cursor ?? null) !== null,
    isLoading: found.isFetching,
    loadMore: () => {
      wanted.current = parts.length + 1;
      void found.refetch();
    },
    reload: () => void found.refetch(),
  };
}

/** As the API leaves out what belongs to a deleted document. */
function withoutTexts(state: RunState): RunState {
  const attempts = state.attempts.map((attempt) => ({ ...attempt, cause: null }));
  return { ...state, attempts, input: null, output: null };
}

function untold(run: RunDetail): RunDetail["error"] {
  return run.error && { ...run.error, cause: null };
}
