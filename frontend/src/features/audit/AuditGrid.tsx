// The entries: only those that are seen are in the page. Enter opens the document, or the run; Tab goes to what else is in a row.
import { useLocation } from "wouter";
import { useVirtualRows } from "../../design/useVirtualRows";
import { runsOf } from "../../words/audit";
import { AuditRow } from "./AuditRow";
import type { AuditList } from "./useAudit";

const ROW_HEIGHT = 66;

export function AuditGrid({ list }: { list: AuditList }) {
  const { rows } = list;
  const [, go] = useLocation();
  const { scroller, onKeyDown, items, totalHeight, measured, focusOf } = useVirtualRows({
    count: rows.length,
    height: ROW_HEIGHT,
    keyOf: (index) => rows[index]?.id,
    onOpen: (index) => {
      const entry = rows[index];
      const run = entry && runsOf(entry)[0];
      if (entry?.doc_hash) go(`/documents/${entry.doc_hash}`);
      else if (run !== undefined) go(`/runs/${run}`);
    },
    more: list,
  });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot have rows that are not in the page
    <div
      ref={scroller}
      role="grid"
      aria-label="Audit log"
      aria-rowcount={list.hasMore ? -1 : rows.length}
      className="relative min-h-0 flex-1 overflow-auto bg-card"
      onKeyDown={onKeyDown}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="rowgroup" className="relative" style={{ height: totalHeight }}>
        {items.map((item) => {
          const entry = rows[item.index];
          return (
            entry && (
              <AuditRow
                key={entry.id}
                entry={entry}
                index={item.index}
                focus={focusOf(item.index)}
                top={item.start}
                measured={measured}
              />
            )
          );
        })}
      </div>
      {list.isLoadingMore && <p className="px-4 py-3 text-sm text-soft">Loading more</p>}
    </div>
  );
}
