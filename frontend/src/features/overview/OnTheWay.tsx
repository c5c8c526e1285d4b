// What is on its way: documents that are worked on or wait, and operations on many of them.
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { Time } from "../../design/Time";
import { useDocumentsOf } from "../../library/useDocumentsOf";
import { addressOf, FIRST } from "../../library/view";
import { useGathered } from "../../live/useGathered";
import { runName } from "../../words/runs";
import { DocumentLine } from "./DocumentLine";

const SHOWN = 5;
const RUNS = 100;
const LISTED_MILLISECONDS = 3_000;
const LOOK_MILLISECONDS = 10_000;

export function OnTheWay() {
  const { api } = useServices();
  const processing = useDocumentsOf("processing", SHOWN);
  const queued = useDocumentsOf("queued", SHOWN);
  const runs = useQuery({
    queryKey: ["runs", "under way"],
    queryFn: ({ signal }) =>
      answered(api.GET("/runs", { params: { query: { status: "running", limit: RUNS } }, signal })),
    // Of operations on many documents no live message tells: those that run are looked at until they have ended.
    refetchInterval: (query) => ((query.state.data?.runs.length ?? 0) > 0 ? LOOK_MILLISECONDS : false),
  });
  useGathered("documents", LISTED_MILLISECONDS, () => void runs.refetch());
  const operations = runs.data?.runs.filter((run) => run.document === null) ?? [];
  const documents = [...processing.documents, ...queued.documents];
  const error = processing.error ?? queued.error ?? runs.error;
  const isPending = processing.isPending || queued.isPending;
  return (
    <Section title="On the way">
      {isPending && <Loading what="what is on its way" />}
      {error !== null && <Problem error={error} />}
      {!isPending && error === null && documents.length === 0 && operations.length === 0 && (
        <p className="text-soft">Nothing is on its way.</p>
      )}
      <ul className="grid gap-2">
        {operations.map((run) => (
          <li key={run.id} className="flex flex-wrap gap-x-3">
            <Link href={`/runs/${run.id}`} className="min-w-0 truncate font-medium hover:underline">
              {runName(run)}
            </Link>
            <span className="text-soft">
              began <Time at={run.started_at} />
            </span>
          </li>
        ))}
        {documents.map((document) => (
          <DocumentLine key={document.doc_hash} document={document} />
        ))}
      </ul>
      <p className="mt-2 flex flex-wrap gap-x-4 text-sm">
        {processing.hasMore && (
          <Link href={addressOf({ ...FIRST, status: "processing" })} className="text-accent underline">
            All that are in work
          </Link>
        )}
        {queued.hasMore && (
          <Link href={addressOf({ ...FIRST, status: "queued" })} className="text-accent underline">
            All that wait
          </Link>
        )}
      </p>
    </Section>
  );
}
