// The files, those that are seen alone, however many there are. Enter opens the document; Tab goes to what can be done to the file.
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import { classes } from "../../design/classes";
import { useVirtualRows } from "../../design/useVirtualRows";
import type { UploadQueue } from "../../uploads/queue";
import type { Uploads } from "../../uploads/rowStore";
import { counted, GROUPS, type Group, groupOf, type Row } from "../../uploads/rows";
import { count } from "../../words/number";
import { UploadRow } from "./UploadRow";

const ROW_HEIGHT = 60;
const LABELS: Record<Group, string> = {
  "under way": "Under way",
  indexed: "Indexed",
  unchanged: "Unchanged",
  failed: "Failed",
  "left out": "Left out",
};

export function UploadList({ uploads, queue }: { uploads: Uploads; queue: UploadQueue }) {
  const [shown, setShown] = useState<Group | null>(null);
  const counts = counted(uploads.rows);
  // A group that has become empty shows all again.
  const group = shown !== null && counts[shown] > 0 ? shown : null;
  const rows = useMemo(
    () => (group === null ? uploads.rows : uploads.rows.filter((row) => groupOf(row) === group)),
    [uploads.rows, group],
  );
  return (
    <>
      <fieldset className="flex flex-wrap gap-1.5 border-b border-line px-4 py-2">
        <legend className="sr-only">Show</legend>
        <Choice label="All" number={uploads.rows.length} pressed={group === null} onPress={() => setShown(null)} />
        {GROUPS.filter((each) => counts[each] > 0).map((each) => (
          <Choice
            key={each}
            label={LABELS[each]}
            number={counts[each]}
            pressed={group === each}
            onPress={() => setShown(each)}
          />
        ))}
      </fieldset>
      <Grid rows={rows} queue={queue} />
    </>
  );
}

interface ChoiceProps {
  label: string;
  number: number;
  pressed: boolean;
  onPress(): void;
}

function Choice({ label, number, pressed, onPress }: ChoiceProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      className={classes(
        "rounded-full border px-3 py-0.5 text-sm tabular-nums",
        pressed ? "border-accent bg-accent-tint text-accent" : "border-line bg-card hover:border-edge",
      )}
      onClick={onPress}
    >
      {label} {count(number)}
    </button>
  );
}

function Grid({ rows, queue }: { rows: readonly Row[]; queue: UploadQueue }) {
  const [, go] = useLocation();
  const { scroller, onKeyDown, items, totalHeight, measured, focusOf } = useVirtualRows({
    count: rows.length,
    height: ROW_HEIGHT,
    keyOf: (index) => rows[index]?.key,
    onOpen: (index) => {
      const row = rows[index];
      if (row?.source && isKnown(row)) go(`/documents/${row.source.doc_hash}`);
    },
  });

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot have rows that are not in the page
    <div
      ref={scroller}
      role="grid"
      aria-label="Files"
      aria-rowcount={rows.length}
      className="relative min-h-64 flex-1 overflow-auto bg-card"
      onKeyDown={onKeyDown}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="rowgroup" className="relative" style={{ height: totalHeight }}>
        {items.map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <UploadRow
                key={row.key}
                row={row}
                index={item.index}
                focus={focusOf(item.index)}
                top={item.start}
                measured={measured}
                isKnown={isKnown(row)}
                queue={queue}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

/** Whether there is a document to open. */
function isKnown({ state }: Row): boolean {
  return state.is === "sent" || state.is === "unchanged";
}
