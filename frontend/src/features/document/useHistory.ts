// What became of the document: its runs, and for admins who asked for what. Both are lists of the server's, the newest first.
import { useInfiniteQuery } from "@tanstack/react-query";
import { answered } from "../../api/problems";
import { useMay, useServices } from "../../app/services";
import { documentKey } from "./useDocument";

const RUNS = 20;
const ENTRIES = 20;
const RUNNING_MILLISECONDS = 3_000;

export function useDocumentRuns(docHash: string) {
  const { api } = useServices();
  const found = useInfiniteQuery({
    queryKey: [...documentKey(docHash), "runs"],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/documents/{doc_hash}/runs", {
          params: {
            path: { doc_hash: docHash },
            query: { limit: RUNS, ...(pageParam !== null && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
    // No message says that a run has ended, and lists follow some seconds later.
    refetchInterval: ({ state }) => {
      const isRunning = state.data?.pages.some((page) => page.runs.some((run) => run.status === "running"));
      return isRunning || state.data?.pages[0]?.runs.length === 0 ? RUNNING_MILLISECONDS : false;
    },
  });
  return { ...found, runs: found.data?.pages.flatMap((page) => page.runs) ?? [] };
}

/** Its entries in the audit log; none is asked for by who may not read it. */
export function useDocumentAudit(docHash: string) {
  const { api } = useServices();
  const mayRead = useMay("operate");
  const found = useInfiniteQuery({
    queryKey: [...documentKey(docHash), "audit"],
    enabled: mayRead,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/audit", {
          params: { query: { doc_hash: docHash, limit: ENTRIES, ...(pageParam !== null && { cursor: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
  return { ...found, mayRead, entries: found.data?.pages.flatMap((page) => page.entries) ?? [] };
}
