import { Link } from "wouter";
import { IconButton } from "../../design/Button";
import { classes } from "../../design/classes";
import { ProgressBar } from "../../design/ProgressBar";
import { Badge, StatusBadge } from "../../design/StatusBadge";
import type { RowFocus } from "../../design/useVirtualRows";
import type { UploadQueue } from "../../uploads/queue";
import { canRetry, isUnsent, nameOf, type Row } from "../../uploads/rows";
import { size } from "../../words/number";
import { BADGES, remarksOf, troubleOf } from "./rowWords";

interface Props {
  row: Row;
  index: number;
  focus: RowFocus;
  top: number;
  measured(element: HTMLElement | null): void;
  /** Whether there is a document to open. */
  isKnown: boolean;
  queue: UploadQueue;
}

export function UploadRow({ row, index, focus, top, measured, isKnown, queue }: Props) {
  const { state, source } = row;
  const name = nameOf(row);
  const trouble = troubleOf(row);
  return (
    // biome-ignore lint/a11y/useSemanticElements: see UploadList
    <div
      ref={measured}
      role="row"
      aria-rowindex={index + 1}
      data-index={index}
      tabIndex={focus.tabIndex}
      onFocus={focus.onFocus}
      className="absolute inset-x-0 grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 border-b border-line px-4 py-2 -outline-offset-2 hover:bg-sunk md:grid-cols-[minmax(0,1fr)_9rem_9rem_5rem]"
      style={{ top }}
    >
      <Cell className="min-w-0">
        {/* A name may turn the direction of what stands after it. */}
        <bdi className="block font-medium break-words">
          {isKnown && source ? (
            <Link href={`/documents/${source.doc_hash}`} tabIndex={-1} className="hover:underline">
              {name}
            </Link>
          ) : (
            name
          )}
        </bdi>
        <span className="block text-sm break-words text-soft">{remarksOf(row).join(" · ")}</span>
        {trouble && (
          <span className={classes("block text-sm break-words", state.is === "left out" ? "text-warn" : "text-bad")}>
            {trouble}
          </span>
        )}
        {state.is === "sending" && state.bytes !== null && (
          <ProgressBar label={`Of ${name}`} value={state.bytes} max={row.size} />
        )}
      </Cell>
      <Cell className="hidden text-sm text-soft md:col-start-2 md:row-start-1 md:block">
        {size(row.size)}
        {row.encoding && <span className="block">{row.encoding}</span>}
      </Cell>
      <Cell className="col-start-1 row-start-2 pt-1 md:col-start-3 md:row-start-1 md:pt-0">
        {state.is === "sent" ? (
          <StatusBadge status={state.now.status} progress={state.now.progress ?? null} />
        ) : (
          <Badge tone={BADGES[state.is].tone} title={BADGES[state.is].means}>
            {BADGES[state.is].label}
          </Badge>
        )}
      </Cell>
      <Cell className="col-start-2 row-span-2 row-start-1 flex justify-end md:col-start-4 md:row-span-1">
        {canRetry(row) && (
          <IconButton
            icon="retry"
            label={`Retry ${name}`}
            tabIndex={focus.tabIndex}
            onClick={() => queue.retry([row.key])}
          />
        )}
        <IconButton
          icon="close"
          label={isUnsent(row) ? `Do not send ${name}` : `Take ${name} off the list`}
          tabIndex={focus.tabIndex}
          onClick={() => queue.remove([row.key])}
        />
      </Cell>
    </div>
  );
}

function Cell({ className, children }: { className: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see UploadList
    // biome-ignore lint/a11y/useFocusableInteractive: the row has the focus
    <div role="gridcell" className={className}>
      {children}
    </div>
  );
}
