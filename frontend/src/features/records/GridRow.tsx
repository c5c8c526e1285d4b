import { Link } from "wouter";
import { Button } from "../../design/Button";
import { classes } from "../../design/classes";
import { Badge, StatusBadge } from "../../design/StatusBadge";
import { details, inWords } from "../../words/problems";
import { cellIn, isBlank, isChanged, type Row } from "./model/rows";
import type { RowState } from "./service/sending";

interface Props {
  row: Row;
  index: number;
  top: number;
  height: number;
  template: string;
  columns: readonly string[];
  state: RowState | null;
  /** By column. */
  problems: ReadonlyMap<string, string> | null;
  /** The cell that has the place in the order of the keys; null where another row has it. */
  active: number | null;
  onFocus(column: number): void;
  onCell(column: string, text: string): void;
  onDelete(): void;
  onRestore(): void;
}

export function GridRow(props: Props) {
  const { row, index, columns, state, problems, active, onFocus, onCell, onDelete, onRestore } = props;
  const isSending = state?.is === "sending";
  return (
    // biome-ignore lint/a11y/useSemanticElements: see Grid
    // biome-ignore lint/a11y/useFocusableInteractive: its cells have the focus
    <div
      role="row"
      aria-rowindex={index + 2}
      className={classes(
        "absolute inset-x-0 grid items-center border-b border-line",
        row.isDeleted ? "bg-bad-tint" : isChanged(row) && "bg-busy-tint",
      )}
      style={{ gridTemplateColumns: props.template, top: props.top, height: props.height }}
    >
      <Cell>
        <span className="px-3 text-sm text-soft tabular-nums">{index + 1}</span>
      </Cell>
      {columns.map((column, at) => {
        const problem = problems?.get(column);
        return (
          <Cell key={column}>
            <input
              data-cell={`${index} ${at}`}
              aria-label={`${column}, row ${index + 1}`}
              aria-invalid={problem ? true : undefined}
              title={problem}
              autoComplete="off"
              tabIndex={active === at ? 0 : -1}
              readOnly={row.isDeleted || isSending}
              value={cellIn(row, column)}
              onFocus={() => onFocus(at)}
              onChange={(event) => onCell(column, event.target.value)}
              className={classes(
                "h-10 w-full rounded border bg-transparent px-2.5 -outline-offset-2",
                problem ? "border-bad" : "border-transparent hover:border-line",
                at === 0 && "font-medium",
                row.isDeleted && "line-through",
              )}
            />
          </Cell>
        );
      })}
      <Cell>
        <State row={row} state={state} />
      </Cell>
      <Cell>
        <Button
          look="quiet"
          data-cell={`${index} ${columns.length}`}
          tabIndex={active === columns.length ? 0 : -1}
          aria-label={`${row.isDeleted ? "Keep" : "Delete"} row ${index + 1}`}
          disabled={isSending}
          className="text-sm"
          onFocus={() => onFocus(columns.length)}
          onClick={row.isDeleted ? onRestore : onDelete}
        >
          {row.isDeleted ? "Keep" : "Delete"}
        </Button>
      </Cell>
    </div>
  );
}

function State({ row, state }: { row: Row; state: RowState | null }) {
  if (state?.is === "sending") return <Badge tone="busy">Sending</Badge>;
  if (state?.is === "not sent") {
    const { what } = inWords(state.error);
    return (
      <Badge tone="bad" title={[what, ...details(state.error)].join(". ")}>
        Not sent
      </Badge>
    );
  }
  if (row.isDeleted) return <Badge tone="bad">To be deleted</Badge>;
  if (isBlank(row)) return <span className="px-2 text-sm text-soft">Empty</span>;
  if (isChanged(row)) return <Badge tone="warn">{row.entry === null ? "New" : "Changed"}</Badge>;
  if (row.entry === null) return null;
  const { status, progress, error } = state?.is === "sent" ? state.now : { ...row.entry, progress: null, error: null };
  return (
    <Link href={`/documents/${row.entry.docHash}`} tabIndex={-1} title={error?.message}>
      <StatusBadge status={status} progress={progress ?? null} />
    </Link>
  );
}

function Cell({ children }: { children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see Grid
    // biome-ignore lint/a11y/useFocusableInteractive: what is in it has the focus
    <div role="gridcell" className="min-w-0 px-0.5">
      {children}
    </div>
  );
}
