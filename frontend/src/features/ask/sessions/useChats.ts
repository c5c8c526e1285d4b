// One's own chats, the one that was active last first: all of them, or those whose titles have some words. The API looks for these.
import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { answered } from "../../../api/problems";
import { useServices } from "../../../app/services";
import { useLiveChats } from "../../../live/useLive";
import { CHATS } from "../chats";

const PAGE = 50;
/** A page of a search may have none of what is found. Of more pages it reads none by itself. */
const SEARCHED_PAGES = 20;
const TYPING_MILLISECONDS = 250;
const GATHERED_MILLISECONDS = 500;

export function useChats(typed: string) {
  const { api } = useServices();
  const client = useQueryClient();
  const title = useSettled(typed.trim());
  const list = useInfiniteQuery({
    queryKey: [...CHATS, title],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(title !== "" && { title }), ...(pageParam !== null && { cursor: pageParam }) };
      return answered(api.GET("/chats", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const { hasNextPage, isFetching, error, fetchNextPage } = list;
  const pages = list.data?.pages.length ?? 0;
  const chats = useMemo(() => list.data?.pages.flatMap((page) => page.chats) ?? [], [list.data]);
  const goesOn = title !== "" && chats.length < PAGE && pages < SEARCHED_PAGES;
  useEffect(() => {
    if (goesOn && hasNextPage && !isFetching && error === null) void fetchNextPage();
  }, [goesOn, hasNextPage, isFetching, error, fetchNextPage]);

  const soon = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const look = () => {
    // A question changes its chat and is told at once: the list follows it a moment later.
    soon.current ??= setTimeout(() => {
      soon.current = undefined;
      void client.invalidateQueries({ queryKey: CHATS });
    }, GATHERED_MILLISECONDS);
  };
  useEffect(() => () => clearTimeout(soon.current), []);
  useLiveChats("chats", look, look);
  return { ...list, chats, title };
}

/** What is typed, once nothing more is typed for a moment. */
function useSettled(typed: string): string {
  const [settled, setSettled] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed), TYPING_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}
