// The title, the status in words, and what can be done.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { Document } from "../../api/client";
import { useMay } from "../../app/services";
import { Button, LinkButton } from "../../design/Button";
import { useNotice } from "../../design/Notices";
import { Problem } from "../../design/States";
import { StatusBadge } from "../../design/StatusBadge";
import { useNow } from "../../design/Time";
import { useDocumentActions } from "../../library/actions";
import { DeleteDialog } from "../../library/DeleteDialog";
import { statusWords } from "../../words/progress";
import { editorOf, textType } from "../editor/types";
import { EditableLine } from "./EditableLine";
import { Stalled } from "./Stalled";
import { documentKey } from "./useDocument";

export function Heading({ document }: { document: Document }) {
  const mayWrite = useMay("write");
  const { retry } = useDocumentActions();
  const client = useQueryClient();
  const notice = useNotice();
  const [deleting, setDeleting] = useState(false);
  const retrying = useMutation({
    mutationFn: () => retry(document),
    onSuccess: (accepted) => notice(`Sent again as version ${accepted.version}`),
    onSettled: () => client.invalidateQueries({ queryKey: documentKey(document.doc_hash) }),
  });
  const isDeleted = document.operation === "DELETE";
  const name = isDeleted ? "Deleted document" : (document.title ?? document.doc_hash);
  return (
    <header className="grid grid-cols-1 gap-2">
      <Link href="/documents" className="w-fit text-sm text-soft hover:underline">
        Documents
      </Link>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-80">
          <EditableLine
            document={document}
            label="Title"
            value={document.title ?? ""}
            change={(text) => ({ title: text === "" ? null : text })}
            whileEditing={<h1 className="sr-only">{name}</h1>}
          >
            <h1 className="text-2xl font-semibold break-words">{name}</h1>
          </EditableLine>
        </div>
        <div className="flex flex-wrap gap-2">
          {mayWrite && !isDeleted && textType(document.content_type) !== null && (
            <LinkButton icon="edit" href={editorOf(document.doc_hash)}>
              Edit the text
            </LinkButton>
          )}
          {mayWrite && document.status === "failed" && (
            <Button look="main" icon="retry" busy={retrying.isPending} onClick={() => retrying.mutate()}>
              Retry
            </Button>
          )}
          {mayWrite && !isDeleted && (
            <Button look="danger" icon="trash" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          )}
        </div>
      </div>
      <p className="flex flex-wrap items-center gap-2" role="status">
        <StatusBadge status={document.status} progress={document.progress} />
        <span className="text-soft">{statusWords(document.status, document.progress, useNow()).means}</span>
      </p>
      <Stalled document={document} />
      {document.error && (
        <p className="max-w-3xl rounded-lg border border-bad bg-bad-tint px-4 py-2 break-words">
          {document.error.message}
        </p>
      )}
      {document.warnings.length > 0 && (
        <ul className="max-w-3xl rounded-lg border border-warn bg-warn-tint px-4 py-2">
          {document.warnings.map((warning) => (
            <li key={warning} className="break-words">
              {warning}
            </li>
          ))}
        </ul>
      )}
      {retrying.error !== null && <Problem error={retrying.error} />}
      {deleting && <DeleteDialog documents={[document]} onClose={() => setDeleting(false)} />}
    </header>
  );
}
