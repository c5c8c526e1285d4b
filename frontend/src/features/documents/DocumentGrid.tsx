// The rows: only those that are seen are in the page, however long the list is. By keyboard: arrows, Home, End, Page Up and
// Down move; Space selects; Enter opens.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { DocumentRow } from "./DocumentRow";
import { COLUMNS, GridHeader } from "./GridHeader";
import type { DocumentsList } from "./useDocuments";
import { useKeptPlace } from "./useKeptPlace";
import { useNarrow } from "./useNarrow";

const ROW_HEIGHT = 46;
const NARROW_ROW_HEIGHT = 72;
const HEADER_HEIGHT = 36;
const AHEAD = 12;
/** Rows from the end at which the next page is asked for. */
const NEAR_END = 40;

interface Props {
  list: DocumentsList;
  /** The list's name, under which the place that it was scrolled to is kept. */
  place: string;
  showFolder: boolean;
  selected: ReadonlySet<string>;
  onSelect(selected: ReadonlySet<string>): void;
}

export function DocumentGrid({ list, place, showFolder, selected, onSelect }: Props) {
  const { rows } = list;
  const [, go] = useLocation();
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useNarrow();
  const height = narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
  const [active, setActive] = useState(0);
  const moved = useRef(false);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: AHEAD,
    scrollPaddingStart: HEADER_HEIGHT,
    getItemKey: (index) => rows[index]?.doc_hash ?? index,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured anew when they get another height
  useEffect(() => virtual.measure(), [height, virtual]);
  useKeptPlace(scroller, rows, height, place);

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

  const move = (to: number) => {
    const next = Math.min(Math.max(to, 0), rows.length - 1);
    moved.current = true;
    setActive(next);
    virtual.scrollToIndex(next);
  };
  const toggle = (index: number) => {
    const docHash = rows[index]?.doc_hash;
    if (docHash === undefined) return;
    const next = new Set(selected);
    if (!next.delete(docHash)) next.add(docHash);
    onSelect(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / height) - 1);
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) {
      if (event.shiftKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) toggle(active);
      move(to);
    } else if (event.key === " ") toggle(active);
    else if (event.key === "Enter" && rows[active]) go(`/documents/${rows[active].doc_hash}`);
    else return;
    event.preventDefault();
  };

  const all = rows.length > 0 && rows.every((row) => selected.has(row.doc_hash));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot have rows that are not in the page
    <div
      ref={scroller}
      role="grid"
      aria-label="Documents"
      aria-multiselectable="true"
      aria-rowcount={list.hasMore ? -1 : rows.length + 1}
      className="relative min-h-0 flex-1 overflow-auto bg-card"
      onKeyDown={onKeyDown}
    >
      <GridHeader
        narrow={narrow}
        showFolder={showFolder}
        all={all}
        some={selected.size > 0}
        onAll={() => onSelect(all ? new Set() : new Set(rows.map((row) => row.doc_hash)))}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <DocumentRow
                key={row.doc_hash}
                row={row}
                index={item.index}
                top={item.index * height}
                height={height}
                columns={narrow ? COLUMNS.narrow : showFolder ? COLUMNS.withFolder : COLUMNS.wide}
                narrow={narrow}
                showFolder={showFolder}
                selected={selected.has(row.doc_hash)}
                focusable={item.index === Math.min(active, rows.length - 1)}
                onToggle={() => toggle(item.index)}
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
