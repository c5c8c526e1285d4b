// The rows: only those that are seen are in the page, however long the list is.
import { useLocation } from "wouter";
import { useVirtualRows } from "../../design/useVirtualRows";
import { DocumentRow } from "./DocumentRow";
import { COLUMNS, GridHeader } from "./GridHeader";
import type { DocumentsList } from "./useDocuments";
import { useKeptPlace } from "./useKeptPlace";
import { useNarrow } from "./useNarrow";

const ROW_HEIGHT = 46;
const NARROW_ROW_HEIGHT = 72;
const HEADER_HEIGHT = 36;

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
  const narrow = useNarrow();
  const height = narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
  const toggle = (index: number) => {
    const docHash = rows[index]?.doc_hash;
    if (docHash === undefined) return;
    const next = new Set(selected);
    if (!next.delete(docHash)) next.add(docHash);
    onSelect(next);
  };
  const { scroller, onKeyDown, items, totalHeight, focusOf } = useVirtualRows({
    count: rows.length,
    height,
    keyOf: (index) => rows[index]?.doc_hash,
    onOpen: (index) => go(`/documents/${rows[index]?.doc_hash}`),
    onToggle: toggle,
    more: list,
    covered: HEADER_HEIGHT,
  });
  useKeptPlace(scroller, rows, height, place);

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
      <div role="rowgroup" className="relative" style={{ height: totalHeight }}>
        {items.map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <DocumentRow
                key={row.doc_hash}
                row={row}
                index={item.index}
                focus={focusOf(item.index)}
                top={item.index * height}
                height={height}
                columns={narrow ? COLUMNS.narrow : showFolder ? COLUMNS.withFolder : COLUMNS.wide}
                narrow={narrow}
                showFolder={showFolder}
                selected={selected.has(row.doc_hash)}
                onToggle={() => toggle(item.index)}
              />
            )
          );
        })}
      </div>
      {list.isLoadingMore && <p className="px-4 py-3 text-sm text-soft">Loading more</p>}
    </div>
  );
}
