// The rows, those that are seen alone. By keyboard: arrows move (left and right at the ends of a cell's text), Enter goes down, Home and
// End with Ctrl to the first and the last row, Page Up and Down by a page; Tab leaves the grid. Right of the last column is the row's button.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ClipboardEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { rowsOfPage } from "../../design/listKeys";
import { GridRow } from "./GridRow";
import type { CellProblem } from "./model/problems";
import { restored, type Table, withCell, withoutRow, withRow } from "./model/rows";
import type { RowState } from "./service/sending";

const ROW_HEIGHT = 44;
const HEADER_HEIGHT = 40;
const AHEAD = 8;

interface Props {
  table: Table;
  /** Of what was sent last, by document; and as which document a row was sent. */
  states: ReadonlyMap<string, RowState>;
  sentAs: ReadonlyMap<number, string>;
  problems: readonly CellProblem[];
  /** A place that was asked for. */
  goTo: CellProblem | null;
  onTable(table: Table): void;
  onPaste(text: string, row: number, column: number): void;
}

export function Grid({ table, states, sentAs, problems, goTo, onTable, onPaste }: Props) {
  const { columns, rows } = table;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState({ row: 0, column: 0 });
  const moved = useRef(false);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: AHEAD,
    scrollPaddingStart: HEADER_HEIGHT,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const wrong = useMemo(() => {
    const found = new Map<number, Map<string, string>>();
    for (const { row, column, text } of problems)
      found.set(row, (found.get(row) ?? new Map<string, string>()).set(column, text));
    return found;
  }, [problems]);

  const move = (row: number, column: number, last = rows.length - 1) => {
    const to = {
      row: Math.min(Math.max(row, 0), last),
      column: Math.min(Math.max(column, 0), columns.length),
    };
    moved.current = true;
    setActive(to);
    virtual.scrollToIndex(to.row);
  };
  // The focus follows to the cell that the keys moved to, once it is in the page.
  useEffect(() => {
    if (!moved.current) return;
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-cell="${active.row} ${active.column}"]`);
    if (!cell) return;
    moved.current = false;
    cell.focus();
    if (cell instanceof HTMLInputElement) cell.select();
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each place that is asked for
  useEffect(() => {
    if (goTo !== null) move(goTo.row - 1, Math.max(0, columns.indexOf(goTo.column)));
  }, [goTo]);

  const onKeyDown = (event: KeyboardEvent) => {
    const { row, column } = active;
    const page = rowsOfPage((scroller.current?.clientHeight ?? 0) - HEADER_HEIGHT, ROW_HEIGHT);
    const input = event.target instanceof HTMLInputElement ? event.target : null;
    const atStart = input === null || (input.selectionStart === 0 && input.selectionEnd === 0) || isAll(input);
    const atEnd = input === null || input.selectionStart === input.value.length || isAll(input);
    const withControl = event.ctrlKey || event.metaKey;
    if (event.nativeEvent.isComposing) return;
    const places: Record<string, [number, number] | false> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      ArrowLeft: atStart && [row, column - 1],
      ArrowRight: atEnd && [row, column + 1],
      Home: withControl && [0, column],
      End: withControl && [rows.length - 1, column],
      Enter: input !== null && [row + 1, column],
    };
    const place = places[event.key];
    if (!place) return;
    event.preventDefault();
    // From the last row Enter goes on to a new one.
    const isNew = event.key === "Enter" && row === rows.length - 1;
    if (isNew) onTable(withRow(table));
    move(...place, isNew ? rows.length : rows.length - 1);
  };
  const onPasteHere = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text/plain");
    if (!(event.target instanceof HTMLInputElement) || !isTable(text)) return;
    event.preventDefault();
    onPaste(text, active.row, active.column);
  };

  const template = `3.5rem repeat(${columns.length}, minmax(10rem, 1fr)) 9.5rem 6.5rem`;
  const width = `${3.5 + columns.length * 10 + 16}rem`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot have rows that are not in the page
    <div
      ref={scroller}
      role="grid"
      aria-label="Records"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 3}
      className="relative min-h-64 flex-1 overflow-auto bg-card"
      onKeyDown={onKeyDown}
      onPaste={onPasteHere}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="rowgroup" className="sticky top-0 z-10" style={{ minWidth: width }}>
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: its cells are not moved to */}
        <div
          role="row"
          aria-rowindex={1}
          className="grid items-center border-b border-line bg-sunk text-sm font-medium"
          style={{ gridTemplateColumns: template, height: HEADER_HEIGHT }}
        >
          <Heading>Row</Heading>
          {columns.map((column, index) => (
            <Heading key={column}>
              {column}
              {index === 0 && <span className="font-normal text-soft"> (key)</span>}
            </Heading>
          ))}
          <Heading>Status</Heading>
          <Heading>
            <span className="sr-only">What can be done</span>
          </Heading>
        </div>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize(), minWidth: width }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <GridRow
                key={row.id}
                row={row}
                index={item.index}
                top={item.start}
                height={ROW_HEIGHT}
                template={template}
                columns={columns}
                state={states.get(row.entry?.docHash ?? sentAs.get(row.id) ?? "") ?? null}
                problems={wrong.get(item.index + 1) ?? null}
                active={Math.min(active.row, rows.length - 1) === item.index ? active.column : null}
                onFocus={(column) => setActive({ row: item.index, column })}
                onCell={(column, text) => onTable(withCell(table, row.id, column, text))}
                onDelete={() => {
                  onTable(withoutRow(table, row.id));
                  // A new row goes at once; the one after it has its place.
                  if (row.entry === null) move(item.index, columns.length, rows.length - 2);
                }}
                onRestore={() => onTable(restored(table, row.id))}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

/** Whether copied cells are more than a text for one cell. */
function isTable(text: string): boolean {
  return /[\t\n]/.test(text.replace(/\r?\n$/, ""));
}

function Heading({ children }: { children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see Grid
    // biome-ignore lint/a11y/useFocusableInteractive: it is not moved to
    <div role="columnheader" className="truncate px-3">
      {children}
    </div>
  );
}

/** A cell that was moved to has all of its text selected: an arrow moves on from it. */
function isAll(input: HTMLInputElement): boolean {
  return input.selectionStart === 0 && input.selectionEnd === input.value.length;
}
