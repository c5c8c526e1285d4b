// The list: pages from the server, and a look at those that may have changed. Step Functions tells of runs some seconds later,
// and over no live message: so it is looked again after a document has changed, and while a run that is shown is under way.
import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { useGathered } from "../../live/useGathered";
import { useLiveState } from "../../live/useLive";
import type { Run } from "../../words/runs";
import { looked } from "./rows";
import { addressOf, type RunsView, runsQuery } from "./view";

const PAGE = 100;
const LOOK_MILLISECONDS = 5_000;
/** After a live message, for the change of the run to be listed. */
const LISTED_MILLISECONDS = 3_000;
const KEPT_MILLISECONDS = 300_000;

interface RunPage {
  runs: Run[];
  next: string | null;
}

export interface RunsList {
  rows: Run[];
  fresh: number;
  isPending: boolean;
  error: unknown;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore(): void;
  reload(): void;
}

export function useRuns(view: RunsView): RunsList {
  const { api } = useServices();
  const client = useQueryClient();
  const live = useLiveState();
  const [began, setBegan] = useState(() => Date.now());
  const [fresh, setFresh] = useState(0);
  const query = useMemo(() => runsQuery(view, began), [view, began]);
  const key = useMemo(() => ["runs", addressOf(view)], [view]);

  const read = async (cursor: string | null, signal: AbortSignal): Promise<RunPage> => {
    const given = { ...query, limit: PAGE, ...(cursor !== null && { cursor }) };
    const page = await answered(api.GET("/runs", { params: { query: given }, signal }));
    return { runs: page.runs, next: page.next_cursor };
  };
  const found = useInfiniteQuery({
    queryKey: key,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    getNextPageParam: (page) => page.next,
    gcTime: KEPT_MILLISECONDS,
    // Looked at below: a second look of its own would read every page that was scrolled through.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const rows = useMemo(() => unique(found.data?.pages.flatMap((page) => page.runs) ?? []), [found.data]);
  const underWay = rows.some((run) => run.status === "running");
  const look = useQuery({
    queryKey: [...key, "look"],
    enabled: found.isSuccess,
    queryFn: async ({ signal }) => {
      const data = client.getQueryData<InfiniteData<RunPage, string | null>>(key);
      if (data === undefined) return Date.now();
      const pages = await Promise.all(
        data.pages.map((page, index) =>
          index === 0 || page.runs.some((run) => run.status === "running")
            ? read(data.pageParams[index] ?? null, signal)
            : page,
        ),
      );
      const first = pages[0];
      const shown = data.pages[0];
      if (first && shown) {
        const now = looked(shown.runs, first.runs, first.next !== null);
        setFresh(now.fresh);
        // Its cursor stays: what follows the rows that are shown is what followed them.
        pages[0] = { runs: now.runs, next: shown.runs.length === 0 ? first.next : shown.next };
      }
      client.setQueryData<InfiniteData<RunPage, string | null>>(key, (latest) =>
        latest === undefined ? latest : { ...latest, pages: [...pages, ...latest.pages.slice(pages.length)] },
      );
      return Date.now();
    },
    refetchInterval: underWay || live === "asking" || live === "lost" ? LOOK_MILLISECONDS : false,
    staleTime: LISTED_MILLISECONDS,
    gcTime: 0,
  });
  useGathered("documents", LISTED_MILLISECONDS, () => void look.refetch());
  return {
    rows,
    fresh,
    isPending: found.isPending,
    error: found.error ?? look.error,
    hasMore: found.hasNextPage,
    isLoadingMore: found.isFetchingNextPage,
    loadMore: () => void found.fetchNextPage({ cancelRefetch: false }),
    reload: () => {
      setBegan(Date.now());
      setFresh(0);
      void client.resetQueries({ queryKey: key, exact: true });
    },
  };
}

function unique(runs: Run[]): Run[] {
  const seen = new Set<string>();
  return runs.filter((run) => !seen.has(run.id) && seen.add(run.id));
}
