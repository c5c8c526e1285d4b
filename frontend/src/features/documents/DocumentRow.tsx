import { Link } from "wouter";
import { classes } from "../../design/classes";
import { StatusBadge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import type { RowFocus } from "../../design/useVirtualRows";
import type { Row } from "./rows";

interface Props {
  row: Row;
  index: number;
  focus: RowFocus;
  top: number;
  height: number;
  columns: string;
  narrow: boolean;
  showFolder: boolean;
  selected: boolean;
  onToggle(): void;
}

export function DocumentRow(props: Props) {
  const { row, index, focus, top, height, columns, narrow, showFolder, selected, onToggle } = props;
  const name = row.title ?? row.doc_hash;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see DocumentGrid
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-index={index}
      tabIndex={focus.tabIndex}
      onFocus={focus.onFocus}
      className={classes(
        "absolute inset-x-0 grid items-center border-b border-line pr-4 -outline-offset-2",
        columns,
        selected ? "bg-accent-tint" : "hover:bg-sunk",
      )}
      style={{ top, height }}
    >
      <Cell className="grid place-items-center">
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select ${name}`}
          className="size-4 accent-accent"
          checked={selected}
          onChange={onToggle}
        />
      </Cell>
      <Cell className="min-w-0 pr-3">
        <Link
          href={`/documents/${row.doc_hash}`}
          tabIndex={-1}
          title={row.title === null ? undefined : row.doc_hash}
          className="block truncate font-medium hover:underline"
        >
          {name}
        </Link>
        {narrow ? (
          <span className="block truncate text-sm text-soft">
            {showFolder && `${row.folder} · `}
            <Time at={row.updated_at} />
          </span>
        ) : (
          row.error && (
            <span className="block truncate text-xs text-bad" title={row.error.message}>
              {row.error.message}
            </span>
          )
        )}
      </Cell>
      {!narrow && showFolder && (
        <Cell className="truncate pr-3 text-soft">
          <span title={row.folder}>{row.folder}</span>
        </Cell>
      )}
      <Cell>
        <StatusBadge status={row.status} progress={row.progress ?? null} />
      </Cell>
      {!narrow && (
        <>
          <Cell className="text-soft tabular-nums">{row.version}</Cell>
          <Cell className="truncate text-soft">
            <Time at={row.updated_at} />
          </Cell>
        </>
      )}
    </div>
  );
}

function Cell({ className, children }: { className?: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see DocumentGrid
    // biome-ignore lint/a11y/useFocusableInteractive: the row has the focus
    <div role="gridcell" className={className}>
      {children}
    </div>
  );
}
