// What an answer was made from, put together from what is served now.
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../../api/client";
import { answered } from "../../../api/problems";
import { useServices } from "../../../app/services";
import { chatKey } from "../chats";

export type PromptMessage = Schemas["PromptMessage"];
export type GivenPassage = Schemas["GivenPassage"];

export function promptsKey(chatId: string): string[] {
  return [...chatKey(chatId), "prompt"];
}

/** Nothing of it is kept, and it is not asked for again unless somebody looks again. */
export function usePrompt(chatId: string, messageId: string, isAsked: boolean) {
  const { api } = useServices();
  return useQuery({
    queryKey: [...promptsKey(chatId), messageId],
    queryFn: ({ signal }) => {
      const path = { id: chatId, message_id: messageId };
      return answered(api.GET("/chats/{id}/messages/{message_id}/prompt", { params: { path }, signal }));
    },
    enabled: isAsked,
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
}
