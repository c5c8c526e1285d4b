// What is known of the document, and where it is.
import { Link } from "wouter";
import type { Document } from "../../api/client";
import { Section } from "../../design/Section";
import { Time } from "../../design/Time";
import { FolderSuggestions } from "../../library/FolderSuggestions";
import { typedFolder } from "../../library/folderPath";
import { addressOf, FIRST } from "../../library/view";
import { count, many } from "../../words/number";
import { EditableLine } from "./EditableLine";

export function Facts({ document }: { document: Document }) {
  return (
    <Section title="About">
      <dl className="grid grid-cols-[minmax(5rem,auto)_1fr] gap-x-4 gap-y-2">
        <Fact name="Folder">
          <EditableLine
            document={document}
            label="Folder"
            hint="A folder that is not there yet is made."
            value={document.folder}
            change={(text) => ({ folder: typedFolder(text) })}
            list="document-folders"
            suggestions={(typed) => <FolderSuggestions id="document-folders" typed={typed} />}
          >
            <Link href={addressOf({ ...FIRST, folder: document.folder })} className="break-words text-accent underline">
              {document.folder}
            </Link>
          </EditableLine>
        </Fact>
        <Fact name="Language">
          <EditableLine
            document={document}
            label="Language"
            hint="A tag such as de or pt-BR. Empty: it is found out from the text."
            value={document.language ?? ""}
            change={(text) => ({ language: text === "" ? null : text })}
          >
            {document.language ??
              (document.detected_language ? `${document.detected_language}, found out from the text` : "not known")}
          </EditableLine>
        </Fact>
        <Fact name="Version">{shownVersion(document)}</Fact>
        {document.content_type && <Fact name="Type">{document.content_type}</Fact>}
        {document.indexed_version > 0 && (
          <Fact name="Indexed">
            {many(document.chunk_count, "passage")}
            {document.model && ` by the model ${document.model}`}
          </Fact>
        )}
        {document.origin && (
          <Fact name="Synced">
            {document.origin.path}, by the sync {document.origin.name}
          </Fact>
        )}
        <Fact name="Changed">
          <Time at={document.updated_at} />
        </Fact>
        <Fact name="First seen">
          <Time at={document.created_at} />
        </Fact>
        <Fact name="Id">
          <code className="break-all">{document.doc_hash}</code>
        </Fact>
      </dl>
    </Section>
  );
}

/** The latest version, and the one that search shows if that is another. */
function shownVersion(document: Document): string {
  if (document.served_version === document.version) return count(document.version);
  const served = document.served_version === 0 ? "search shows none" : `search shows ${count(document.served_version)}`;
  return `${count(document.version)}; ${served}`;
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-soft">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}
