// Somebody else made a newer version: what there is to see of it, and the choice. Nothing of either text is lost.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Document } from "../../api/client";
import { useServices } from "../../app/services";
import { Button } from "../../design/Button";
import { useNotice } from "../../design/Notices";
import { Problem } from "../../design/States";
import { StatusBadge } from "../../design/StatusBadge";
import { type Basis, type Draft, isUnsaved } from "./draft";
import type { Newer } from "./newer";
import { NotEditable, readText } from "./opening";

interface Props {
  document: Document;
  newer: Newer;
  draft: Draft;
  /** The version that is compared with. */
  theirs: Basis | null;
  onCompare(theirs: Basis | null): void;
  /** Keep one's own text, which a save puts over that version. */
  onOver(basis: Basis): void;
  onTake(theirs: Basis): void;
}

export function NewerVersion({ document, newer, draft, theirs, onCompare, onOver, onTake }: Props) {
  const { api } = useServices();
  const notice = useNotice();
  const version = newer.is === "none" ? 0 : newer.version;
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["text", document.doc_hash, version],
    queryFn: ({ signal }) => readText(api, document.doc_hash, signal),
    enabled: newer.is === "readable",
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (newer.is === "none" || newer.is === "same text") return null;
  const unsaved = isUnsaved(draft);
  const take = (taken: Basis) => {
    onTake(taken);
    if (unsaved) notice("Theirs is in the editor. Undo brings yours back.");
  };
  const saveOver = (
    <Button onClick={() => onOver({ ...draft.basis, version, sha256: document.content_sha256 ?? "" })}>
      Keep mine, and save it over theirs
    </Button>
  );
  switch (newer.is) {
    case "on its way":
      return (
        <Notice title={`Somebody saved version ${version} meanwhile`}>
          <p>Its text is shown here as soon as it is indexed; yours stays as it is.</p>
          <p className="mt-2">
            <StatusBadge status={document.status} progress={document.progress} />
          </p>
        </Notice>
      );
    case "failed":
      return (
        <Notice title={`Somebody saved version ${version} meanwhile, which could not be indexed`}>
          <p>Its text is not to be read. On the document's page it can be retried.</p>
          <Choices>{saveOver}</Choices>
        </Notice>
      );
    case "deleted":
      return null;
  }
  if (error !== null && !(error instanceof NotEditable))
    return (
      <div className="grid gap-2">
        <Problem error={error} />
        <Button icon="retry" className="justify-self-start" busy={isFetching} onClick={() => void refetch()}>
          Try again
        </Button>
      </div>
    );
  if (error !== null || data === undefined)
    return (
      <Notice title={`Somebody saved version ${version} meanwhile`}>
        <p>{error === null ? "Its text is being read." : error.message}</p>
        {error !== null && <Choices>{saveOver}</Choices>}
      </Notice>
    );
  if (theirs?.version === data.version)
    return (
      <Notice title={`Your text beside version ${data.version}`}>
        <p>
          Theirs stands in blue above yours, which is in green. Choose at each place, or edit the text; what you save is
          the text as it stands then. Alt with an arrow goes from place to place.
        </p>
        <Choices>
          <Button onClick={() => take(data)}>Take all of theirs</Button>
          <Button onClick={() => onOver(data)}>Keep all of mine</Button>
        </Choices>
      </Notice>
    );
  return (
    <Notice title={`Somebody saved version ${data.version} meanwhile`}>
      <p>
        {unsaved
          ? "Nothing of yours is saved over it, and nothing of either is lost. Look at the difference, and choose."
          : "You have changed nothing since."}
      </p>
      <Choices>
        {unsaved && (
          <Button look="main" onClick={() => onCompare(data)}>
            Show the difference
          </Button>
        )}
        <Button onClick={() => take(data)}>{unsaved ? "Take theirs" : "Show theirs"}</Button>
        {unsaved && <Button onClick={() => onOver(data)}>Keep mine</Button>}
      </Choices>
    </Notice>
  );
}

function Notice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div role="alert" className="max-w-4xl rounded-lg border border-warn bg-warn-tint px-4 py-3">
      <p className="font-medium">{title}</p>
      {children}
    </div>
  );
}

function Choices({ children }: { children: ReactNode }) {
  return <div className="mt-3 flex flex-wrap gap-2">{children}</div>;
}
