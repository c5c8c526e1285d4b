// One document: what is said of it, what is in it, and what became of it.
import { Link, useSearch } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";
import { ApiProblem } from "../../api/problems";
import { Empty, Failed, Loading } from "../../design/States";
import { AuditEntries } from "./AuditEntries";
import { ContentView } from "./ContentView";
import { DeadLetters, hasDeadLetters } from "./DeadLetters";
import { Facts } from "./Facts";
import { Heading } from "./Heading";
import { linkedPassage } from "./linkedPassage";
import { Metadata } from "./Metadata";
import { Removal } from "./Removal";
import { Runs } from "./Runs";
import { useDocument } from "./useDocument";
import { Versions } from "./Versions";

export default function DocumentPage({ params }: { params: Record<string, string> }) {
  const docHash = params.doc ?? "";
  const { document, error, refetch } = useDocument(docHash);
  const state = useHistoryState<{ passage?: string | null } | null>();
  const linked = linkedPassage(useSearch());

  if (error instanceof ApiProblem && error.status === 404) {
    return (
      <Empty isPage icon="documents" title="There is no such document">
        <p className="break-all">Nothing was ever sent as {docHash}.</p>
        <Link href="/documents" className="text-accent underline">
          Show all documents
        </Link>
      </Empty>
    );
  }
  if (document === undefined) {
    return error === null ? <Loading what="the document" /> : <Failed error={error} onRetry={() => void refetch()} />;
  }
  const isDeleted = document.operation === "DELETE";
  return (
    <div className="mx-auto grid w-full max-w-7xl grid-cols-1 gap-4 p-4">
      <Heading document={document} />
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1fr)_26rem]">
        {isDeleted ? (
          <Removal document={document} />
        ) : (
          <ContentView document={document} passage={state?.passage ?? null} linked={linked} />
        )}
        <div className="grid grid-cols-1 gap-4">
          {!isDeleted && (
            <>
              <Facts document={document} />
              <Metadata key={document.doc_hash} document={document} />
            </>
          )}
          {hasDeadLetters(document) && <DeadLetters document={document} />}
          <Versions document={document} />
          <Runs docHash={docHash} />
          <AuditEntries docHash={docHash} />
        </div>
      </div>
    </div>
  );
}
