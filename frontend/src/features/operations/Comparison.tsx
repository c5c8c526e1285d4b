// Comparing records, vector index, backups and lists.
import { useState } from "react";
import { Link } from "wouter";
import type { Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { comparing } from "../../words/cost";
import { count, many } from "../../words/number";
import { Counts } from "./Counts";
import { OperationSection } from "./OperationSection";
import { StartDialog } from "./StartDialog";
import { useHowMany } from "./useHowMany";
import { useOperation } from "./useOperation";

const KINDS: Record<Schemas["FindingKind"], string> = {
  missing_vectors: "Passages that search cannot find",
  missing_backups: "Backups that are not there",
  broken_backups: "Backups that cannot be read",
  wrong_counts: "Documents with more passages than their record says",
  missing_sources: "Documents whose content is not kept",
  orphan_vectors: "Passages that belong to nothing",
  orphan_backups: "Backups that belong to nothing",
  orphan_sources: "Contents that belong to nothing",
  unlisted_documents: "Documents that a list does not show where they are",
  orphan_entries: "Entries of lists that belong to nothing",
  wrong_folder_counts: "Folders with a wrong number of documents",
  unerased_answers: "Answers that are kept though their document was deleted",
  lost_answers: "Answers that are said to be made, and that nothing makes",
  orphan_chat_items: "Items of chats that belong to nothing",
};
const FINDINGS_SHOWN = 20;

export function Comparison() {
  const { api } = useServices();
  const operation = useOperation("reconcile", (id, signal) =>
    answered(api.GET("/reconcile/{id}", { params: { path: { id } }, signal })),
  );
  return (
    <OperationSection
      title="Compare"
      machine="reconcile"
      purpose="Looks whether records, vector index, backups, contents and lists agree, and repairs what can be repaired. A schedule compares each day without repairing."
      operation={operation}
      never="None was run yet, or its report is not kept any more."
      start="Compare now"
      dialog={(onClose) => <Ask onStarted={operation.follow} onClose={onClose} />}
    >
      {(reconciliation) => <Report reconciliation={reconciliation} />}
    </OperationSection>
  );
}

function Report({ reconciliation }: { reconciliation: Schemas["Reconciliation"] }) {
  const { report, findings } = reconciliation;
  if (report === null) return <p className="text-soft">It has looked at nothing yet.</p>;
  const { counts } = report;
  const kinds = Object.entries(counts.kinds).filter(([, tally]) => tally.found > 0);
  return (
    <>
      <p>
        {report.done ? "" : "So far: "}
        {report.found === 0
          ? `${report.done ? "Everything" : "everything"} agrees`
          : `${count(report.found)} wrong, ${count(report.unrepaired)} of them still`}
        {report.repair ? ", and repaired what it could." : "."}
      </p>
      {kinds.length > 0 && (
        <ul className="grid gap-1 text-sm">
          {kinds.map(([kind, { found, repaired }]) => (
            <li key={kind}>
              {KINDS[kind as Schemas["FindingKind"]] ?? kind}: {count(found)}
              {repaired > 0 && `, ${count(repaired)} repaired`}
            </li>
          ))}
        </ul>
      )}
      {report.unrepaired > 0 && !report.repair && (
        <p className="text-sm text-soft">Compare again with repairing to mend them.</p>
      )}
      {findings.length > 0 && (
        <details>
          <summary className="w-fit text-sm">{many(findings.length, "finding")}</summary>
          <ul className="mt-1 grid gap-1 text-sm">
            {findings.slice(0, FINDINGS_SHOWN).map((finding) => (
              <li
                key={`${finding.kind}-${finding.doc_hash}-${finding.version}-${finding.examples[0]}`}
                className="break-words"
              >
                {finding.doc_hash === null ? (
                  finding.examples[0]
                ) : (
                  <Link href={`/documents/${finding.doc_hash}`} className="text-accent underline">
                    {finding.doc_hash}
                  </Link>
                )}
                : {finding.reason}
              </li>
            ))}
            {findings.length > FINDINGS_SHOWN && <li>and {count(findings.length - FINDINGS_SHOWN)} more</li>}
          </ul>
        </details>
      )}
      <details>
        <summary className="w-fit text-sm">What it looked at{report.done ? "" : " so far"}</summary>
        <Counts
          counts={[
            ["Documents", counts.documents],
            ["Passages in the vector index", counts.vectors],
            ["Backups", counts.backups],
            ["Contents", counts.sources],
            ["Entries of lists", counts.entries],
            ["Folders", counts.folders],
            ["Left alone while changing", counts.in_motion],
          ]}
        />
      </details>
    </>
  );
}

function Ask({ onStarted, onClose }: { onStarted(id: string): void; onClose(): void }) {
  const { api } = useServices();
  const documents = useHowMany();
  const [repair, setRepair] = useState(false);
  const [contents, setContents] = useState(true);
  const start = async () => {
    const { id } = await answered(api.POST("/reconcile", { body: { repair, contents } }));
    onStarted(id);
  };
  return (
    <StartDialog
      title="Compare now?"
      cost={
        documents === null
          ? "On AWS it costs what looking for each passage costs. On one machine nothing."
          : `On AWS about ${comparing(documents)} for ${many(documents, "document")} of 23 passages, most of it for looking them up in Pinecone. On one machine nothing.`
      }
      action="Compare"
      start={start}
      done="The comparison has begun"
      onClose={onClose}
    >
      <p>
        All records, passages, backups, contents and lists are gone through, while everything goes on. What changes
        meanwhile is left alone. It can be run at any time.
      </p>
      <Choice checked={repair} onChange={setRepair} label="Repair what can be repaired">
        Missing passages are written again from the backups; what belongs to nothing is removed; a document whose
        backups are broken runs again as its next version.
      </Choice>
      <Choice checked={contents} onChange={setContents} label="Read every backup">
        Otherwise it is only looked whether it is there.
      </Choice>
    </StartDialog>
  );
}

interface ChoiceProps {
  checked: boolean;
  label: string;
  children: string;
  onChange(checked: boolean): void;
}

function Choice({ checked, label, children, onChange }: ChoiceProps) {
  return (
    <label className="flex gap-3">
      <input
        type="checkbox"
        className="mt-1 size-4 shrink-0 accent-accent"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>
        {label}
        <span className="block text-sm text-soft">{children}</span>
      </span>
    </label>
  );
}
