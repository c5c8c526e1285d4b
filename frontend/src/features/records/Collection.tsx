// One collection: its rows, what is wrong with them, and what would be sent.
import { type ChangeEvent, lazy, Suspense, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { useLeaving } from "../../app/useLeaving";
import { Button } from "../../design/Button";
import { useNotice } from "../../design/Notices";
import { ProgressBar } from "../../design/ProgressBar";
import { Failed, Problem } from "../../design/States";
import { decoded } from "../../uploads/look";
import { count, many } from "../../words/number";
import { ColumnDialog } from "./ColumnDialog";
import { Grid } from "./Grid";
import { type CellProblem, problemsIn } from "./model/problems";
import { isBlank, isChanged, withColumn, withRow } from "./model/rows";
import type { Taken } from "./model/tables";
import { ProblemList } from "./ProblemList";
import { SentLine } from "./SentLine";
import { RECORDS_MOST } from "./service/load";
import { useCollection } from "./useCollection";

const ReviewDialog = lazy(() => import("./ReviewDialog"));

export default function Collection({ folder }: { folder: string }) {
  const collection = useCollection(folder);
  const { table, setTable, states, sentAs, reading, error, left } = collection;
  const notice = useNotice();
  const [refused, setRefused] = useState<CellProblem[]>([]);
  const [dialog, setDialog] = useState<"column" | "review" | null>(null);
  const [goTo, setGoTo] = useState<CellProblem | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const problems = useMemo(() => problemsIn(table), [table]);
  const changes = table.rows.filter((row) => isChanged(row) && !isBlank(row)).length;
  const question = useLeaving(
    changes > 0,
    "Changes of records are not sent yet. They are lost if you leave.",
    () => {},
  );

  const take = (taken: Taken, what: string) => {
    setRefused(taken.problems);
    if (taken.table === null) return;
    setTable(taken.table);
    notice(`${what}: look at the rows, then review and send them`);
  };
  const pasted = async (text: string, row: number, column: number) => {
    const { takePaste } = await import("./model/tables");
    take(takePaste(table, text, row, column), "What was pasted was taken");
  };
  const pick = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    target.value = "";
    if (file === undefined) return;
    const text = decoded(new Uint8Array(await file.arrayBuffer()));
    if (text === null)
      setRefused([{ row: 1, column: "number 1", text: `${file.name} is not in UTF-8. Save it as CSV UTF-8` }]);
    else {
      const { takeCsv } = await import("./model/tables");
      take(takeCsv(table, text), `${file.name} was taken`);
    }
  };

  if (error !== null && table.columns.length === 0) return <Failed error={error} onRetry={collection.reload} />;
  return (
    <section
      aria-labelledby="collection"
      className="flex min-h-0 flex-1 flex-col"
      onPaste={(event) => {
        // In a cell the grid takes it.
        if (table.columns.length > 0 || event.target instanceof HTMLInputElement) return;
        event.preventDefault();
        void pasted(event.clipboardData.getData("text/plain"), 0, 0);
      }}
    >
      <header className="grid gap-2 border-b border-line bg-card px-4 py-3">
        <Link href="/records" className="w-fit text-sm text-soft hover:underline">
          Records
        </Link>
        <div className="flex flex-wrap items-center justify-between gap-2">
          <h1 id="collection" className="min-w-0 text-xl font-semibold break-words">
            {folder}
          </h1>
          <div className="flex flex-wrap gap-2">
            <Button
              icon="plus"
              disabled={reading !== null || table.columns.length === 0}
              onClick={() => setTable(withRow(table))}
            >
              Add a row
            </Button>
            <Button icon="plus" disabled={reading !== null} onClick={() => setDialog("column")}>
              Add a column
            </Button>
            <Button icon="upload" disabled={reading !== null} onClick={() => picker.current?.click()}>
              Import CSV
            </Button>
            <input
              ref={picker}
              type="file"
              aria-label="CSV file"
              accept=".csv,.tsv,.txt,text/csv"
              hidden
              onChange={(event) => void pick(event)}
            />
            <Button
              look="main"
              icon="check"
              disabled={changes === 0 || problems.length > 0}
              onClick={() => setDialog("review")}
            >
              {changes === 0 ? "Review" : `Review ${many(changes, "change")}`}
            </Button>
          </div>
        </div>
        {reading === null ? (
          <p role="status" className="text-sm text-soft">
            {many(table.rows.length, "record")}
            {left.others > 0 && `; ${many(left.others, "other document")} of the folder, which stay as they are`}
            {left.isCut && `; the first ${count(RECORDS_MOST)} documents of the folder alone`}
          </p>
        ) : (
          <div role="status" className="grid max-w-md gap-1 text-sm text-soft">
            {reading.of === 0 ? "Reading the collection" : `${count(reading.done)} of ${count(reading.of)} read`}
            {reading.of > 0 && <ProgressBar label="Records read" value={reading.done} max={reading.of} />}
          </div>
        )}
        <SentLine states={states} />
        {error !== null && (
          <div className="grid justify-items-start gap-2">
            <Problem error={error} />
            <Button icon="retry" onClick={collection.reload}>
              Load what is there now
            </Button>
          </div>
        )}
      </header>
      {refused.length > 0 && (
        <ProblemList
          title="Nothing of it was taken. Mend it where it comes from, and take it again."
          problems={refused}
          onClose={() => setRefused([])}
        />
      )}
      {problems.length > 0 && (
        <ProblemList title="Nothing is sent before this is mended." problems={problems} onGo={setGoTo} />
      )}
      {table.columns.length > 0 ? (
        <Grid
          table={table}
          states={states}
          sentAs={sentAs}
          problems={problems}
          goTo={goTo}
          onTable={setTable}
          onPaste={(text, row, column) => void pasted(text, row, column)}
        />
      ) : (
        reading === null && (
          <div className="grid justify-items-center gap-2 px-6 py-16 text-center">
            <p className="text-lg font-medium">There are no records in this folder yet</p>
            <p className="max-w-md text-soft">
              Copy cells in a spreadsheet, their names in the first row, and paste them here; import a CSV file; or add
              columns by hand. The first column is the key: each row has its own.
            </p>
            <textarea
              aria-label="Paste cells here"
              placeholder="Paste cells here"
              rows={3}
              value=""
              onChange={() => {}}
              className="w-full max-w-md rounded-lg border border-dashed border-edge bg-card px-3 py-2 placeholder:text-soft"
            />
          </div>
        )
      )}
      {dialog === "column" && (
        <ColumnDialog
          taken={table.columns}
          onAdd={(name) => {
            setDialog(null);
            const wider = withColumn(table, name);
            setTable(wider.rows.length === 0 ? withRow(wider) : wider);
          }}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === "review" && (
        <Suspense>
          <ReviewDialog
            folder={folder}
            table={table}
            onSend={collection.send}
            onReload={collection.reload}
            onClose={() => setDialog(null)}
          />
        </Suspense>
      )}
      {question}
    </section>
  );
}
