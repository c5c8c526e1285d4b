// One's own chats, the one that was active last first: page by page, and on while somebody searches.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { answered } from "../../../api/problems";
import { useServices } from "../../../app/services";
import { CHATS } from "../chats";
import { isFound } from "./search";

const PAGE = 50;
/** Of more pages a search reads none by itself. */
const SEARCHED_PAGES = 20;

export function useChats(search: string) {
  const { api } = useServices();
  const list = useInfiniteQuery({
    queryKey: CHATS,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) };
      return answered(api.GET("/chats", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next_cursor,
  });
  const { hasNextPage, isFetching, error, fetchNextPage } = list;
  const isSearching = search.trim() !== "";
  const pages = list.data?.pages.length ?? 0;
  useEffect(() => {
    if (isSearching && pages < SEARCHED_PAGES && hasNextPage && !isFetching && error === null) void fetchNextPage();
  }, [isSearching, pages, hasNextPage, isFetching, error, fetchNextPage]);
  const all = useMemo(() => list.data?.pages.flatMap((page) => page.chats) ?? [], [list.data]);
  return { ...list, all, found: useMemo(() => all.filter((chat) => isFound(chat, search)), [all, search]) };
}
