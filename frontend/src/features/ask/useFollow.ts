// A list that stays at its end while it grows, as long as whoever reads it is there; and who comes back to it is where they were.
import { type RefObject, useCallback, useEffect, useRef } from "react";

const NEAR_PIXELS = 80;
/** Pixels from the top, by list. */
const places = new Map<string, number>();

/** What scrolls, and what is in it. */
export function useFollow(name: string): {
  scroller: RefObject<HTMLElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** Go to the end, and stay there. */
  toEnd(): void;
} {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const goToEnd = useRef(() => {});
  useEffect(() => {
    const outer = scroller.current;
    const inner = content.current;
    if (outer === null || inner === null) return;
    let wanted = places.get(name);
    let isAtEnd = wanted === undefined;
    const note = () => {
      const below = outer.scrollHeight - outer.scrollTop - outer.clientHeight;
      isAtEnd = wanted === undefined && below < NEAR_PIXELS;
      if (isAtEnd) places.delete(name);
      else if (wanted === undefined) places.set(name, outer.scrollTop);
    };
    const follow = new ResizeObserver(() => {
      if (isAtEnd) outer.scrollTop = outer.scrollHeight;
      else if (wanted !== undefined && wanted <= outer.scrollHeight - outer.clientHeight) {
        outer.scrollTop = wanted;
        wanted = undefined;
      }
    });
    goToEnd.current = () => {
      wanted = undefined;
      isAtEnd = true;
      outer.scrollTop = outer.scrollHeight;
    };
    outer.addEventListener("scroll", note, { passive: true });
    follow.observe(inner);
    follow.observe(outer);
    return () => {
      outer.removeEventListener("scroll", note);
      follow.disconnect();
    };
  }, [name]);
  const toEnd = useCallback(() => goToEnd.current(), []);
  return { scroller, content, toEnd };
}
