// A time in words, with the exact one on hover. All of a page move on together, every half minute.
import { useSyncExternalStore } from "react";
import { ago, exactly } from "../words/time";

const STEP = 30_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function follow(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, STEP);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time in milliseconds, again every half minute. */
export function useNow(): number {
  const shown = useSyncExternalStore(follow, () => now);
  return Math.max(shown, Date.now() - STEP);
}

export function Time({ at, className }: { at: string; className?: string }) {
  const shown = useNow();
  return (
    <time dateTime={at} title={exactly(at)} className={className}>
      {ago(at, shown)}
    </time>
  );
}
