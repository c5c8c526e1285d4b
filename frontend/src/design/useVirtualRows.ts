// A list of which only the rows that are seen are in the page, walked by keyboard: arrows, Home, End, Page Up and Down move,
// Enter opens, Space selects. One row at a time is reached with Tab; the focus follows the keys.
import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { rowAfter, rowsOfPage } from "./listKeys";

const AHEAD = 12;
/** Rows from the end at which the next page is asked for. */
const NEAR_END = 40;
/** What in a row has an Enter of its own. */
const PRESSED = "a, button";

/** The pages of a list that are not there yet. */
export interface MoreRows {
  hasMore: boolean;
  isLoadingMore: boolean;
  error: unknown;
  loadMore(): void;
}

interface Options {
  count: number;
  /** Of a row, in pixels; an estimate, where rows are measured. */
  height: number;
  keyOf(index: number): string | number | undefined;
  onOpen(index: number): void;
  /** Select the row, or do not select it any more. Shift with an arrow selects on. */
  onToggle?(index: number): void;
  more?: MoreRows;
  /** Pixels at the top that something lies over. */
  covered?: number;
}

export interface RowFocus {
  tabIndex: 0 | -1;
  onFocus(): void;
}

export interface VirtualRows {
  /** Of the element that scrolls; it takes `onKeyDown` too. */
  scroller: RefObject<HTMLDivElement | null>;
  onKeyDown(event: KeyboardEvent): void;
  items: VirtualItem[];
  /** Of all rows together, in pixels. */
  totalHeight: number;
  /** The `ref` of rows whose height is what is in them. */
  measured(element: HTMLElement | null): void;
  /** What the row's element is given, beside its place as `data-index`. */
  focusOf(index: number): RowFocus;
}

export function useVirtualRows(options: Options): VirtualRows {
  const { count, height, keyOf, onOpen, onToggle, more, covered = 0 } = options;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const moved = useRef(false);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: AHEAD,
    scrollPaddingStart: covered,
    getItemKey: (index) => keyOf(index) ?? index,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured anew when they get another height
  useEffect(() => virtual.measure(), [height, virtual]);

  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more?.hasMore && !more.isLoadingMore && more.error === null && last >= count - NEAR_END) more.loadMore();
  }, [last, count, more]);

  // The focus follows the row that the keys moved to, once it is in the page.
  useEffect(() => {
    if (!moved.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${active}"]`);
    if (!row) return;
    moved.current = false;
    row.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const page = rowsOfPage(scroller.current?.clientHeight ?? 0, height);
    const to = rowAfter(event.key, active, page, count);
    if (to !== null) {
      if (event.shiftKey && event.key.startsWith("Arrow")) onToggle?.(active);
      moved.current = true;
      setActive(to);
      virtual.scrollToIndex(to);
    } else if (event.key === " " && onToggle) onToggle(active);
    else if (event.key === "Enter" && active < count && !(event.target as HTMLElement).matches(PRESSED)) onOpen(active);
    else return;
    event.preventDefault();
  };

  return {
    scroller,
    onKeyDown,
    items,
    totalHeight: virtual.getTotalSize(),
    measured: virtual.measureElement,
    focusOf: (index) => ({
      // A list that became shorter is still reached.
      tabIndex: index === Math.min(active, count - 1) ? 0 : -1,
      onFocus: () => setActive(index),
    }),
  };
}
