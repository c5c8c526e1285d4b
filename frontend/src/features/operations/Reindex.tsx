// Moving every document to the deployment's index, embedded anew.

import { Link } from "wouter";
import type { Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { sending } from "../../words/cost";
import { count, many } from "../../words/number";
import { Counts } from "./Counts";
import { OperationSection } from "./OperationSection";
import { StartDialog } from "./StartDialog";
import { useIndexes } from "./useIndexes";
import { useOperation } from "./useOperation";

const LEFT: Record<string, string> = {
  failed: "Their latest version failed: retry them",
  partial: "They have dead letters: redrive them",
  no_content: "Their content is not kept: send them again",
};

export function Reindex() {
  const { api } = useServices();
  const operation = useOperation("reindex", (id, signal) =>
    answered(api.GET("/reindex/{id}", { params: { path: { id } }, signal })),
  );
  return (
    <OperationSection
      title="Reindex"
      machine="reindex"
      purpose="Moves every document that is served from another index to the deployment's own, cut and embedded anew: after the model, the chunking or the index's name was changed."
      operation={operation}
      never="None was run yet, or its report is not kept any more."
      start="Reindex"
      dialog={(onClose) => <Ask onStarted={operation.follow} onClose={onClose} />}
    >
      {(reindex) => <Report reindex={reindex} />}
    </OperationSection>
  );
}

function Report({ reindex }: { reindex: Schemas["Reindex"] }) {
  const { report } = reindex;
  if (report === null) return <p className="text-soft">It has moved nothing yet.</p>;
  const { counts } = report;
  const left = Object.entries(counts.left).filter(([, documents]) => documents.count > 0);
  return (
    <>
      <p>
        {report.done ? "" : "So far: "}
        {many(counts.moved, "document")} moved to {report.index}
        {report.under_way > 0 && `, ${count(report.under_way)} on their way`}.
        {report.retired.length > 0 && ` Retired: ${report.retired.join(", ")}.`}
        {report.still_named.length > 0 && ` Something lies in ${report.still_named.join(", ")} yet.`}
      </p>
      <Counts
        counts={[
          ["Documents looked at", counts.documents],
          [`Served from ${report.index}`, counts.served_here],
          ["Stay where they are", report.unmoved],
        ]}
      />
      {left.map(([why, documents]) => (
        <p key={why} className="text-sm break-words">
          {LEFT[why] ?? why}: {count(documents.count)}, such as{" "}
          {documents.examples.slice(0, 3).map((docHash, index) => (
            <span key={docHash}>
              {index > 0 && ", "}
              <Link href={`/documents/${docHash}`} className="text-accent underline">
                {docHash}
              </Link>
            </span>
          ))}
        </p>
      ))}
    </>
  );
}

function Ask({ onStarted, onClose }: { onStarted(id: string): void; onClose(): void }) {
  const { api } = useServices();
  const { deployed, documents, isWhole } = useIndexes();
  const elsewhere = Object.entries(documents)
    .filter(([name]) => name !== deployed)
    .reduce((sum, [, number]) => sum + number, 0);
  const start = async () => {
    const { id } = await answered(api.POST("/reindex"));
    onStarted(id);
  };
  return (
    <StartDialog
      title="Reindex?"
      cost={
        elsewhere === 0
          ? "It costs next to nothing: it only looks through the records."
          : `On AWS each document costs what sending it again costs, and the embedding service runs meanwhile: ${isWhole ? "" : "for at least "}${many(elsewhere, "document")}, ${sending(elsewhere)}. On one machine nothing but time.`
      }
      action="Reindex"
      start={start}
      done="The reindex has begun"
      onClose={onClose}
    >
      <p>
        {elsewhere === 0
          ? `No document that was counted is served from another index than ${deployed ?? "the deployment's"}: there is nothing to move.`
          : `${many(elsewhere, "document")} that are served from another index are cut and embedded anew, and served from ${deployed}. Each goes through the queues as an update; search asks both indexes meanwhile.`}
      </p>
      <p>At most 30 are on their way together. It goes on by itself, and can be run again to take up what was left.</p>
    </StartDialog>
  );
}
