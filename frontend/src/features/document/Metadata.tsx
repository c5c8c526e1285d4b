import { useState } from "react";
import type { Document } from "../../api/client";
import { useMay } from "../../app/services";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { textOf } from "../../library/metadata";
import { MetadataForm } from "./MetadataForm";

export function Metadata({ document }: { document: Document }) {
  const mayWrite = useMay("write");
  const [editing, setEditing] = useState(false);
  const entries = Object.entries(document.metadata);
  if (editing) {
    return (
      <Section title="Metadata">
        <MetadataForm document={document} onClose={() => setEditing(false)} />
      </Section>
    );
  }
  return (
    <Section
      title="Metadata"
      action={
        mayWrite && (
          <Button look="quiet" icon="edit" onClick={() => setEditing(true)}>
            Edit metadata
          </Button>
        )
      }
    >
      {entries.length === 0 ? (
        <p className="text-soft">None. Searches can be narrowed by it.</p>
      ) : (
        <dl className="grid grid-cols-[minmax(5rem,auto)_1fr] gap-x-4 gap-y-1">
          {entries.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="break-words text-soft">{name}</dt>
              <dd className="min-w-0 break-words">{textOf(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}
