// Keeps a list where it is scrolled to: while rows come and go above, and for who leaves the page and comes back.
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { type Anchor, anchorAt, scrollTopOf } from "./anchor";

const PLACES = new Map<string, Anchor>();

export function useKeptPlace(
  scroller: RefObject<HTMLElement | null>,
  rows: readonly { doc_hash: string }[],
  height: number,
  place: string,
): void {
  const anchor = useRef<Anchor | null>(PLACES.get(place) ?? null);
  const keys = useRef<string[]>([]);

  useLayoutEffect(() => {
    keys.current = rows.map((row) => row.doc_hash);
    const element = scroller.current;
    if (!element || anchor.current === null) return;
    const top = scrollTopOf(keys.current, anchor.current, height);
    if (top !== null && Math.abs(top - element.scrollTop) > 1) element.scrollTop = top;
  }, [scroller, rows, height]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const note = () => {
      anchor.current = anchorAt(keys.current, element.scrollTop, height);
    };
    element.addEventListener("scroll", note, { passive: true });
    return () => {
      element.removeEventListener("scroll", note);
      if (anchor.current === null) PLACES.delete(place);
      else PLACES.set(place, anchor.current);
    };
  }, [scroller, height, place]);
}
