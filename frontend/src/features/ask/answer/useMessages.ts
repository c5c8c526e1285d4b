// The messages of a chat as they are now: read page by page, told by live messages, and while one is being answered looked at by
// the clock too, since what is told may be lost. Nothing of it is kept.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Schemas } from "../../../api/client";
import { answered } from "../../../api/problems";
import { useServices } from "../../../app/services";
import { useGathered } from "../../../live/useGathered";
import { useLiveAnswers, useLiveState, useWithdrawn } from "../../../live/useLive";
import { chatKey } from "../chats";
import { type Answer, heard, standing, withMessage } from "./folding";
import { promptsKey } from "./usePrompt";

const PAGE = 50;
const GATHERED_MILLISECONDS = 500;
const LIVE_LOOK_MILLISECONDS = 5_000;
const LOOK_MILLISECONDS = 2_000;

type Pages = { pages: Schemas["MessageList"][]; pageParams: (string | null)[] };

/** What a live message said of a text, after what was read at that time. */
interface Tail {
  text: string;
  readAt: number;
}

export interface Messages {
  /** In the order in which they were asked. */
  messages: Answer[];
  /** All of them are there. */
  isWhole: boolean;
  error: unknown;
  /** Why the answer that is being made cannot be read at the moment. */
  lookError: unknown;
  /** Live messages come, so that nothing is asked by the clock but rarely. */
  isLive: boolean;
  reload(): void;
  /** Show a message as the API answered to a change of it. */
  put(message: Answer): void;
  /** Read one message, and show it. */
  read(messageId: string): Promise<Answer>;
}

export function useMessages(chatId: string): Messages {
  const { api } = useServices();
  const client = useQueryClient();
  const isWithdrawn = useWithdrawn();
  const isLive = useLiveState() === "live";
  const key = useMemo(() => [...chatKey(chatId), "messages"], [chatId]);
  const [tails, setTails] = useState<ReadonlyMap<string, Tail>>(new Map());
  const list = useInfiniteQuery({
    queryKey: key,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) };
      return answered(api.GET("/chats/{id}/messages", { params: { path: { id: chatId }, query }, signal }));
    },
    getNextPageParam: (page) => page.next_cursor,
    gcTime: 0,
    staleTime: 0,
  });
  const { hasNextPage, isFetching, error, fetchNextPage } = list;
  useEffect(() => {
    // The newest ones are on the last page.
    if (hasNextPage && !isFetching && error === null) void fetchNextPage();
  }, [hasNextPage, isFetching, error, fetchNextPage]);

  const show = useCallback(
    (message: Answer) => {
      const isOvertaken = client.isFetching({ queryKey: key, exact: true }) > 0;
      client.setQueryData<Pages>(key, (data) => data && { ...data, pages: withMessage(data.pages, message) });
      // What is on its way may be of before.
      if (isOvertaken) void client.invalidateQueries({ queryKey: key, exact: true });
    },
    [client, key],
  );
  const changes = useRef(0);
  const put = useCallback(
    (message: Answer) => {
      changes.current += 1;
      show(message);
    },
    [show],
  );
  const read = useCallback(
    async (messageId: string) => {
      const path = { id: chatId, message_id: messageId };
      for (;;) {
        const before = changes.current;
        const message = await answered(api.GET("/chats/{id}/messages/{message_id}", { params: { path } }));
        // It was stopped or rated meanwhile: what was read is of before.
        if (changes.current !== before) continue;
        show(message);
        return message;
      }
    },
    [api, chatId, show],
  );
  const reload = useCallback(() => {
    setTails(new Map());
    void client.invalidateQueries({ queryKey: key, exact: true });
    // What a model was given is shown as it is served now.
    void client.resetQueries({ queryKey: promptsKey(chatId) });
  }, [client, key, chatId]);

  const readAt = list.dataUpdatedAt;
  const known = useMemo(() => list.data?.pages.flatMap((page) => page.messages) ?? [], [list.data]);
  const messages = useMemo(
    () =>
      known
        .map((message) => {
          const tail = tails.get(message.message_id);
          return message.status === "running" && tail?.readAt === readAt ? { ...message, text: tail.text } : message;
        })
        .map((message) => standing(message, isWithdrawn)),
    [known, tails, readAt, isWithdrawn],
  );

  useLiveAnswers(
    chatId,
    (told) => {
      const text = heard(
        known.find((each) => each.message_id === told.message_id),
        told,
      );
      if (text === null) read(told.message_id).catch(reload);
      else setTails((before) => new Map(before).set(told.message_id, { text, readAt }));
    },
    reload,
  );
  const isCitedOlder = (docHash: string, version: number) =>
    known.some(({ citations }) => citations.some((each) => each.doc_hash === docHash && each.version < version));
  // An answer may rest on a deleted document that it does not cite: the API says which does.
  useGathered(
    "documents",
    GATHERED_MILLISECONDS,
    reload,
    (message) => message.operation === "DELETE" || isCitedOlder(message.doc_hash, message.indexed_version),
  );

  const running = known.findLast((message) => message.status === "running")?.message_id;
  const look = useQuery({
    queryKey: [...chatKey(chatId), "running", running],
    queryFn: async () => (await read(running ?? "")).status,
    enabled: running !== undefined,
    refetchInterval: isLive ? LIVE_LOOK_MILLISECONDS : LOOK_MILLISECONDS,
    retry: false,
    gcTime: 0,
    staleTime: 0,
  });
  return {
    messages,
    isWhole: list.data !== undefined && !hasNextPage,
    error,
    lookError: running === undefined ? null : look.error,
    isLive,
    reload,
    put,
    read,
  };
}
