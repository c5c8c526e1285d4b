// What a model was given for an answer, put together from what is served now.
import { useQuery } from "@tanstack/react-query";
import type { Client } from "openapi-fetch";
import { answered } from "../../../api/problems";
import { useServices } from "../../../app/services";
import { chatKey } from "../chats";

export interface PromptMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface Prompt {
  /** Empty where none was written. */
  messages: PromptMessage[];
  /** False where something of it is served no more. */
  whole?: boolean;
}

/** The route, which the generated types do not have yet. */
interface PromptPaths {
  "/chats/{id}/messages/{message_id}/prompt": {
    get: {
      parameters: { path: { id: string; message_id: string } };
      responses: { 200: { content: { "application/json": Prompt } } };
    };
  };
}

export function promptsKey(chatId: string): string[] {
  return [...chatKey(chatId), "prompt"];
}

/** Nothing of it is kept, and it is not asked for again unless somebody looks again. */
export function usePrompt(chatId: string, messageId: string, isAsked: boolean) {
  const { api } = useServices();
  return useQuery({
    queryKey: [...promptsKey(chatId), messageId],
    queryFn: async ({ signal }) => {
      const path = { id: chatId, message_id: messageId };
      const client = api as unknown as Client<PromptPaths>;
      return answered(client.GET("/chats/{id}/messages/{message_id}/prompt", { params: { path }, signal }));
    },
    enabled: isAsked,
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
}
