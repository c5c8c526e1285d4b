// Live messages in a component.
import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { useServices } from "../app/services";
import type { AnswerMessage, ChatMessage, LiveState, Watcher } from "./connection";

/** Be told what changes under `topic` for as long as the component is there. Null watches nothing. */
export function useLive(topic: string | null, watcher: Watcher): void {
  const { live } = useServices();
  const latest = useRef(watcher);
  latest.current = watcher;
  useEffect(() => {
    if (topic === null) return;
    return live.watch(topic, {
      onMessage: (message) => latest.current.onMessage(message),
      onAnswer: (message) => latest.current.onAnswer?.(message),
      onChat: (message) => latest.current.onChat?.(message),
      onReload: () => latest.current.onReload(),
    });
  }, [live, topic]);
}

/** Be told how the messages of a chat change, for as long as the component is there. */
export function useLiveAnswers(chat: string, onAnswer: (message: AnswerMessage) => void, onReload: () => void): void {
  useLivePrivate(`chat:${chat}`, { onAnswer, onReload });
}

/** Be told that a chat changes, or with `chats` that any of one's own does. */
export function useLiveChats(
  topic: "chats" | `chat:${string}`,
  onChat: (message: ChatMessage) => void,
  onReload: () => void,
): void {
  useLivePrivate(topic, { onChat, onReload });
}

/** What was told of chats while no connection was open nobody tells again: then all is loaded anew. */
function useLivePrivate(topic: string, watcher: Omit<Watcher, "onMessage">): void {
  // Of documents nothing is told under such a topic.
  useLive(topic, { onMessage: () => {}, ...watcher });
  const isLive = useLiveState() === "live";
  const wasLive = useRef(isLive);
  const latest = useRef(watcher.onReload);
  latest.current = watcher.onReload;
  useEffect(() => {
    if (isLive && !wasLive.current) latest.current();
    wasLive.current = isLive;
  }, [isLive]);
}

export function useLiveState(): LiveState {
  const { live } = useServices();
  return useSyncExternalStore(
    (listener) => live.subscribe(listener),
    () => live.state(),
  );
}

/** Whether a document's version was deleted meanwhile. The component is drawn anew when another one is. */
export function useWithdrawn(): (docHash: string, version: number) => boolean {
  const { withdrawn } = useServices();
  const count = useSyncExternalStore(
    (listener) => withdrawn.subscribe(listener),
    () => withdrawn.count(),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another function after each change
  return useCallback((docHash, version) => withdrawn.has(docHash, version), [withdrawn, count]);
}
