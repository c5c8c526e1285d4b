// The content as text: whatever is in it, nothing of it is run, loaded or opened.
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Document } from "../../api/client";
import { useServices } from "../../app/services";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { size } from "../../words/number";
import { download, isText, readContent } from "./content";
import type { LinkedPassage } from "./linkedPassage";
import { PassageList, PassagesText } from "./PassagesText";
import { documentKey } from "./useDocument";
import { usePassages } from "./usePassages";

const SHOWN_CHARACTERS = 200_000;

interface Props {
  document: Document;
  /** The text that a search has found, or an answer quotes. */
  passage: string | null;
  /** The passage that the address leads to. */
  linked: LinkedPassage | null;
}

export function ContentView({ document, passage, linked }: Props) {
  const { api } = useServices();
  const isServed = linked?.version === document.served_version;
  const [isDrawn, setDrawn] = useState(isServed);
  const downloading = useMutation({ mutationFn: () => download(api, document.doc_hash) });
  return (
    <Section
      title="Content"
      action={
        <div className="flex flex-wrap items-center justify-end gap-x-4 gap-y-1">
          {document.served_version > 0 && (
            <label className="flex items-center gap-2 text-sm">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={isDrawn}
                onChange={(event) => setDrawn(event.target.checked)}
              />
              Show passages
            </label>
          )}
          {document.source !== null && (
            <Button icon="download" busy={downloading.isPending} onClick={() => downloading.mutate()}>
              Download
            </Button>
          )}
        </div>
      }
    >
      {downloading.error !== null && <Problem error={downloading.error} />}
      {linked !== null && !isServed && (
        <p className="mb-3">
          The passage that led here is of version {linked.version}.{" "}
          {document.served_version > 0
            ? `Version ${document.served_version} is shown, where it may read otherwise, or be gone.`
            : "No version is shown at the moment."}
        </p>
      )}
      <Body document={document} hit={passage} linked={isServed ? linked : null} isDrawn={isDrawn} />
    </Section>
  );
}

interface BodyProps {
  document: Document;
  hit: string | null;
  linked: LinkedPassage | null;
  isDrawn: boolean;
}

function Body({ document, hit, linked, isDrawn }: BodyProps) {
  const { api } = useServices();
  const readable = document.source !== null && isText(document.content_type ?? "");
  const { data, error, isPending } = useQuery({
    queryKey: [...documentKey(document.doc_hash), "content", document.served_version],
    queryFn: async ({ signal }) => {
      const content = await readContent(api, document.doc_hash, signal);
      return { ...content, text: (await content.blob?.text()) ?? null };
    },
    enabled: readable,
    // An edit of the title is a new version with the same content.
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const passages = usePassages(document, isDrawn);
  if (document.served_version === 0)
    return <p className="text-soft">Nothing is indexed yet, so there is nothing to read.</p>;
  if (isDrawn && passages.error !== null) return <Problem error={passages.error} />;
  if (isDrawn && passages.isPending) return <Loading what="the passages" />;
  const drawn = isDrawn ? (passages.data ?? null) : null;
  const passage = drawn?.passages.find((each) => each.chunk_id === linked?.chunkId);
  if (drawn && (!readable || data?.text === null))
    return <PassageList passages={drawn} marked={passage?.index ?? null} />;
  if (document.source === null) return <p className="text-soft">Nothing is kept of its content.</p>;
  if (!readable) return <p className="text-soft">A file of this type is not shown here. Download it to read it.</p>;
  if (isPending) return <Loading what="the content" />;
  if (error !== null) return <Problem error={error} />;
  if (data.text === null)
    return <p className="text-soft">It has {size(data.size)}, too much to be shown. Download it.</p>;
  const shown = data.text.slice(0, SHOWN_CHARACTERS);
  return (
    <>
      {drawn && linked && !passage && (
        <p className="mb-3">The passage that led here is not among those that are read here.</p>
      )}
      <PassagesText
        text={shown}
        type={data.type}
        hit={hit ?? passage?.text ?? null}
        drawn={drawn?.version === data.version ? drawn : null}
      />
      {shown.length < data.text.length && (
        <p className="mt-3 text-soft">The beginning of {size(data.size)}. Download it to read the rest.</p>
      )}
    </>
  );
}
