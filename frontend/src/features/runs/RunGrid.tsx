// The rows: only those that are seen are in the page. By keyboard: arrows, Home, End, Page Up and Down move; Enter opens.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { RunRow } from "./RunRow";
import type { RunsList } from "./useRuns";

const ROW_HEIGHT = 60;
const AHEAD = 10;
/** Rows from the end at which the next page is asked for. */
const NEAR_END = 40;

export function RunGrid({ list }: { list: RunsList }) {
  const { rows } = list;
  const [, go] = useLocation();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const moved = useRef(false);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: AHEAD,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (list.hasMore && !list.isLoadingMore && list.error === null && last >= rows.length - NEAR_END) list.loadMore();
  }, [last, rows.length, list]);

  // The focus follows the row that the keys moved to, once it is in the page.
  useEffect(() => {
    if (!moved.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${active}"]`);
    if (!row) return;
    moved.current = false;
    row.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = steps[event.key];
    const run = rows[active];
    if (to !== undefined) {
      const next = Math.min(Math.max(to, 0), rows.length - 1);
      moved.current = true;
      setActive(next);
      virtual.scrollToIndex(next);
    } else if (event.key === "Enter" && run && (event.target as HTMLElement).tagName !== "A") go(`/runs/${run.id}`);
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot have rows that are not in the page
    <div
      ref={scroller}
      role="grid"
      aria-label="Runs"
      aria-rowcount={list.hasMore ? -1 : rows.length}
      className="relative min-h-0 flex-1 overflow-auto bg-card"
      onKeyDown={onKeyDown}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => {
          const run = rows[item.index];
          return (
            run && (
              <RunRow
                key={run.id}
                run={run}
                index={item.index}
                top={item.index * ROW_HEIGHT}
                height={ROW_HEIGHT}
                focusable={item.index === Math.min(active, rows.length - 1)}
                onFocus={() => setActive(item.index)}
              />
            )
          );
        })}
      </div>
      {list.isLoadingMore && <p className="px-4 py-3 text-sm text-soft">Loading more</p>}
    </div>
  );
}
