// What can be done with chats and their messages, by the API.
import { useMemo } from "react";
import type { Api, Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { patchOf, type Scope } from "./scope/scope";

export type Chat = Schemas["ShownChat"];

export const CHATS = ["chats"];

/** The first part of the keys under which what belongs to a chat is kept. */
export function chatKey(chatId: string): string[] {
  return ["chat", chatId];
}

/** What a chat is called. */
export function titleOf(chat: Pick<Chat, "title">): string {
  return chat.title ?? "Nothing asked yet";
}

function chatActions(api: Api) {
  const chat = (id: string) => ({ params: { path: { id } } });
  const message = (id: string, message_id: string) => ({ params: { path: { id, message_id } } });
  return {
    open: (scope: Scope) => answered(api.POST("/chats", { body: patchOf(scope) })),
    rename: (id: string, title: string) => answered(api.PATCH("/chats/{id}", { ...chat(id), body: { title } })),
    limit: (id: string, scope: Scope) => answered(api.PATCH("/chats/{id}", { ...chat(id), body: patchOf(scope) })),
    remove: (id: string) => answered(api.DELETE("/chats/{id}", chat(id))),
    ask: (id: string, question: string) =>
      answered(api.POST("/chats/{id}/messages", { ...chat(id), body: { question } })),
    read: (id: string, messageId: string) =>
      answered(api.GET("/chats/{id}/messages/{message_id}", message(id, messageId))),
    stop: (id: string, messageId: string) =>
      answered(api.POST("/chats/{id}/messages/{message_id}/stop", message(id, messageId))),
    again: (id: string, messageId: string) =>
      answered(api.POST("/chats/{id}/messages/{message_id}/again", message(id, messageId))),
    rate: (id: string, messageId: string, body: Schemas["NewFeedback"]) =>
      answered(api.POST("/chats/{id}/messages/{message_id}/feedback", { ...message(id, messageId), body })),
  };
}

export type ChatActions = ReturnType<typeof chatActions>;

export function useChatActions(): ChatActions {
  const { api } = useServices();
  return useMemo(() => chatActions(api), [api]);
}
