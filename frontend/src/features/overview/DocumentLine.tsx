import { Link } from "wouter";
import { StatusBadge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import type { Line } from "./newest";

export function DocumentLine({ document }: { document: Line }) {
  const name = document.operation === "DELETE" ? document.doc_hash : (document.title ?? document.doc_hash);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 border-t border-line pt-2 first:border-0 first:pt-0">
      <div className="min-w-0">
        <Link href={`/documents/${document.doc_hash}`} className="block truncate font-medium hover:underline">
          {name}
        </Link>
        <p className="truncate text-sm text-soft" title={document.error?.message}>
          <Time at={document.updated_at} />
          {document.error && `: ${document.error.message}`}
        </p>
      </div>
      <StatusBadge status={document.status} progress={document.progress ?? null} />
    </li>
  );
}
