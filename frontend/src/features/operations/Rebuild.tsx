// Making the vector index anew from the backups.
import { useState } from "react";
import { Link } from "wouter";
import type { Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { CONTROL, Field } from "../../design/Field";
import { writing } from "../../words/cost";
import { count, many } from "../../words/number";
import { Counts } from "./Counts";
import { OperationSection } from "./OperationSection";
import { StartDialog } from "./StartDialog";
import { useHowMany } from "./useHowMany";
import { useIndexes } from "./useIndexes";
import { useOperation } from "./useOperation";

const FATES: Record<Schemas["BackupFate"], string> = {
  restored: "Restored",
  not_served: "Of a version that is not served",
  overtaken: "Overtaken by a newer version",
  elsewhere: "Served from another index",
  foreign: "Not Bloomweaver's",
  missing: "Missing: compare with repairing",
  broken: "Broken: compare with repairing",
  other_model: "Of another model: send the document again",
  rejected: "Refused by the index",
};
const PROBLEMS_SHOWN = 20;

export function Rebuild() {
  const { api } = useServices();
  const operation = useOperation("rebuild", (id, signal) =>
    answered(api.GET("/rebuild/{id}", { params: { path: { id } }, signal })),
  );
  return (
    <OperationSection
      title="Rebuild"
      machine="rebuild"
      purpose="Makes the vector index anew from the backups, without embedding: when it was deleted, emptied or damaged, or is to have another name."
      operation={operation}
      never="None was run yet, or its report is not kept any more."
      start="Rebuild"
      dialog={(onClose) => <Ask onStarted={operation.follow} onClose={onClose} />}
    >
      {(rebuild) => <Report rebuild={rebuild} />}
    </OperationSection>
  );
}

function Report({ rebuild }: { rebuild: Schemas["Rebuild"] }) {
  const { report } = rebuild;
  if (report === null)
    return rebuild.status === "running" ? (
      <p className="text-soft">Its batches are at work. Numbers come when all of them are done.</p>
    ) : null;
  const { counts, problems } = report;
  const objects = Object.entries(counts.objects).filter(([, number]) => number > 0);
  return (
    <>
      <p>
        {report.done ? "" : "So far: "}
        {report.sound
          ? `${report.done ? "All" : "all"} that is served is in ${report.index}.`
          : `${many(counts.unrestored, "passage")} of ${many(counts.incomplete, "document")} could not be restored.`}
      </p>
      <Counts
        counts={[
          ["Documents that are served", counts.documents],
          ["Their passages", counts.chunks],
          ...objects.map(
            ([fate, number]) => [`Backups: ${FATES[fate as Schemas["BackupFate"]] ?? fate}`, number] as const,
          ),
          ...(report.source === report.index
            ? []
            : ([
                [`Served from ${report.index} now`, counts.moved],
                [`Still served from ${report.source}`, counts.unmoved],
              ] as const)),
        ]}
      />
      {problems.length > 0 && (
        <details>
          <summary className="w-fit text-sm">{many(problems.length, "problem")}</summary>
          <ul className="mt-1 grid gap-1 text-sm">
            {problems.slice(0, PROBLEMS_SHOWN).map((problem) => (
              <li key={`${problem.doc_hash}-${problem.version}-${problem.fate}`} className="break-words">
                <Link href={`/documents/${problem.doc_hash}`} className="text-accent underline">
                  {problem.doc_hash}
                </Link>
                , version {problem.version}: {problem.reason}
              </li>
            ))}
            {problems.length > PROBLEMS_SHOWN && <li>and {count(problems.length - PROBLEMS_SHOWN)} more</li>}
          </ul>
        </details>
      )}
    </>
  );
}

function Ask({ onStarted, onClose }: { onStarted(id: string): void; onClose(): void }) {
  const { api } = useServices();
  const documents = useHowMany();
  const { deployed, indexes } = useIndexes();
  const [from, setFrom] = useState("");
  const others = indexes.filter((index) => index.name !== deployed && index.state !== "retired");
  const start = async () => {
    const { id } = await answered(api.POST("/rebuild", { body: from === "" ? {} : { from_index: from } }));
    onStarted(id);
  };
  return (
    <StartDialog
      title="Rebuild the vector index?"
      cost={
        documents === null
          ? "On AWS it costs what writing each passage to Pinecone costs. On one machine nothing."
          : `On AWS about ${writing(documents)} for writing ${many(documents, "document")} of 23 passages to Pinecone. On one machine nothing.`
      }
      action="Rebuild"
      start={start}
      done="The rebuild has begun"
      onClose={onClose}
    >
      <p>
        Every backup is read, and the passages of what is served are written to {deployed ?? "the index"}. Search goes
        on meanwhile, with what the index holds. Passages that are there already are written again as they are.
      </p>
      {others.length > 0 && (
        <Field
          label="Copy what is served from"
          hint="Another index of the same model and chunking. At the end it is served from the deployment's index, and the old one is retired."
        >
          {(ids) => (
            <select {...ids} className={CONTROL} value={from} onChange={(event) => setFrom(event.target.value)}>
              <option value="">Nothing: only make {deployed} whole</option>
              {others.map((index) => (
                <option key={index.name}>{index.name}</option>
              ))}
            </select>
          )}
        </Field>
      )}
    </StartDialog>
  );
}
