// One look for many live messages: what is asked anew because something changed is asked once, some time after the first of them.
import { useEffect, useRef } from "react";
import type { Message } from "./connection";
import { useLive } from "./useLive";

/** Call `look` so many milliseconds after a message under `topic` that `matters`, and at once where all is to be loaded anew. */
export function useGathered(
  topic: string,
  milliseconds: number,
  look: () => void,
  matters: (message: Message) => boolean = () => true,
): void {
  const soon = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => () => clearTimeout(soon.current), []);
  useLive(topic, {
    onMessage: (message) => {
      if (!matters(message)) return;
      soon.current ??= setTimeout(() => {
        soon.current = undefined;
        latest.current();
      }, milliseconds);
    },
    onReload: () => latest.current(),
  });
}
