// Live messages in a component.
import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { useServices } from "../app/services";
import type { AnswerMessage, LiveState, Watcher } from "./connection";

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
      onReload: () => latest.current.onReload(),
    });
  }, [live, topic]);
}

/** Be told how far the answers of a chat are, for as long as the component is there. */
export function useLiveAnswers(chat: string, onAnswer: (message: AnswerMessage) => void, onReload: () => void): void {
  // Of documents nothing is told under a chat.
  useLive(`chat:${chat}`, { onMessage: () => {}, onAnswer, onReload });
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
