// The vector indexes, with how many documents are served from each, as far as they were counted.
import { useInfiniteQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { addedUp } from "./addedUp";

export const INDEXES = ["indexes"];

export interface IndexList {
  /** The one that the deployment writes to; null until it is known. */
  deployed: string | null;
  indexes: Schemas["IndexEntry"][];
  documents: Record<string, number>;
  /** Whether all documents were counted. */
  isWhole: boolean;
  isPending: boolean;
  isCounting: boolean;
  error: unknown;
  countOn(): void;
}

export function useIndexes(): IndexList {
  const { api } = useServices();
  const found = useInfiniteQuery({
    queryKey: INDEXES,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      answered(api.GET("/indexes", { params: { query: pageParam === null ? {} : { cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.next_cursor,
  });
  const pages = found.data?.pages ?? [];
  return {
    deployed: pages[0]?.deployed ?? null,
    indexes: pages[0]?.indexes ?? [],
    documents: addedUp(pages.map((page) => page.documents)),
    isWhole: !found.hasNextPage,
    isPending: found.isPending,
    isCounting: found.isFetchingNextPage,
    error: found.error,
    countOn: () => void found.fetchNextPage(),
  };
}
