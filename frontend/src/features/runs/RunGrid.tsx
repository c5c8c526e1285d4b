// The rows: only those that are seen are in the page.
import { useLocation } from "wouter";
import { useVirtualRows } from "../../design/useVirtualRows";
import { RunRow } from "./RunRow";
import type { RunsList } from "./useRuns";

const ROW_HEIGHT = 60;

export function RunGrid({ list }: { list: RunsList }) {
  const { rows } = list;
  const [, go] = useLocation();
  const { scroller, onKeyDown, items, totalHeight, focusOf } = useVirtualRows({
    count: rows.length,
    height: ROW_HEIGHT,
    keyOf: (index) => rows[index]?.id,
    onOpen: (index) => go(`/runs/${rows[index]?.id}`),
    more: list,
  });

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
      <div role="rowgroup" className="relative" style={{ height: totalHeight }}>
        {items.map((item) => {
          const run = rows[item.index];
          return (
            run && (
              <RunRow
                key={run.id}
                run={run}
                index={item.index}
                focus={focusOf(item.index)}
                top={item.index * ROW_HEIGHT}
                height={ROW_HEIGHT}
              />
            )
          );
        })}
      </div>
      {list.isLoadingMore && <p className="px-4 py-3 text-sm text-soft">Loading more</p>}
    </div>
  );
}
