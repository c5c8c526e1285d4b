// A document's text, to be edited; or why it cannot be.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { ApiProblem } from "../../api/problems";
import { useServices } from "../../app/services";
import { Button } from "../../design/Button";
import { Empty, Failed, Loading } from "../../design/States";
import { StatusBadge } from "../../design/StatusBadge";
import { useDocument } from "../document/useDocument";
import { type Basis, emptyBasis } from "./draft";
import { useDrafts } from "./drafts";
import { NotEditable, openingOf, readText } from "./opening";
import { textType } from "./types";

const Editing = lazy(() => import("./Editing"));

export default function EditorPage({ params }: { params: Record<string, string> }) {
  // Another document is another page: nothing of the one before is kept.
  return <Opened key={params.doc} docHash={params.doc ?? ""} />;
}

function Opened({ docHash }: { docHash: string }) {
  const { api } = useServices();
  const client = useQueryClient();
  const drafts = useDrafts();
  const { document, error, refetch } = useDocument(docHash);
  const [anew, setAnew] = useState(false);
  const [discarded, setDiscarded] = useState(false);
  const begun = useRef<Basis | undefined>(undefined);
  const isDeleted = document?.operation === "DELETE";
  const opening = document && openingOf(document);
  const key = ["text", docHash];
  const text = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => readText(api, docHash, signal),
    enabled: opening?.is === "readable" && !isDeleted,
    // It is what the edit begins on, whatever becomes of the document afterwards.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: nothing is kept of a text once its deletion is known
  useEffect(() => {
    if (isDeleted) client.removeQueries({ queryKey: key });
  }, [isDeleted]);

  if (error instanceof ApiProblem && error.status === 404) {
    return (
      <Empty isPage icon="documents" title="There is no such document">
        <p className="break-all">Nothing was ever sent as {docHash}.</p>
        <Link href={`/new?id=${encodeURIComponent(docHash)}`} className="text-accent underline">
          Write it
        </Link>
      </Empty>
    );
  }
  if (document === undefined)
    return error === null ? <Loading what="the document" /> : <Failed error={error} onRetry={() => void refetch()} />;

  const kept = discarded ? undefined : drafts.get(docHash);
  const type = textType(document.content_type);
  if (isDeleted && !anew) {
    begun.current = undefined;
    return (
      <Refused docHash={docHash} title="This document was deleted">
        {kept === undefined ? (
          <p>Its text is shown no more.</p>
        ) : (
          <>
            <p>
              What you had not saved is kept until you close the window. It is not shown, since it may hold the text
              that was deleted.
            </p>
            <div className="mt-3 flex flex-wrap justify-center gap-2">
              <Button
                onClick={() => {
                  drafts.set(docHash, { ...kept, basis: emptyBasis(document.version), saved: null });
                  setAnew(true);
                }}
              >
                Show my text
              </Button>
              <Button
                look="danger"
                onClick={() => {
                  drafts.delete(docHash);
                  setDiscarded(true);
                }}
              >
                Discard it
              </Button>
            </div>
          </>
        )}
      </Refused>
    );
  }
  // What it was once opened on stays, whatever becomes of the document.
  begun.current ??= kept?.basis ?? text.data ?? (anew ? emptyBasis(document.version) : undefined);
  if (begun.current !== undefined) {
    return (
      <Suspense fallback={<Loading what="the editor" />}>
        <Editing document={document} type={type ?? "text/plain"} basis={begun.current} />
      </Suspense>
    );
  }
  if (text.error instanceof NotEditable)
    return (
      <Refused docHash={docHash} title="This text cannot be edited here">
        {text.error.message}
      </Refused>
    );
  if (text.error !== null) return <Failed error={text.error} onRetry={() => void text.refetch()} />;
  switch (opening?.is) {
    case "no text":
      return (
        <Refused docHash={docHash} title="This document is no text">
          Only Markdown, plain text, HTML and JSON are edited here. Upload a file of this type anew to replace it.
        </Refused>
      );
    case "not kept":
      return (
        <Refused docHash={docHash} title="Its text is not kept">
          Nothing is kept of the content, or its passages alone. Upload it anew.
        </Refused>
      );
    case "on its way":
      return (
        <Refused docHash={docHash} title="A newer version is on its way">
          <p>Its text is opened here as soon as it is indexed.</p>
          <p className="mt-2">
            <StatusBadge status={document.status} progress={document.progress} />
          </p>
        </Refused>
      );
    case "nothing indexed":
      return (
        <Refused docHash={docHash} title="No version of it was ever indexed">
          <p>{document.error?.message ?? "So there is no text to read."}</p>
          <Button className="mt-3" icon="edit" onClick={() => setAnew(true)}>
            Write its text anew
          </Button>
        </Refused>
      );
    default:
      return <Loading what="the text" />;
  }
}

function Refused({ docHash, title, children }: { docHash: string; title: string; children: ReactNode }) {
  return (
    <Empty isPage icon="edit" title={title}>
      <div className="break-words">{children}</div>
      <Link href={`/documents/${docHash}`} className="mt-3 inline-block text-accent underline">
        Open the document
      </Link>
    </Empty>
  );
}
