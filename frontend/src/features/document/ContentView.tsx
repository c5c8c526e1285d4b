// The content as text: whatever is in it, nothing of it is run, loaded or opened.
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Document } from "../../api/client";
import { useServices } from "../../app/services";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { size } from "../../words/number";
import { download, isText, readContent } from "./content";
import { locate } from "./locate";
import { documentKey } from "./useDocument";

const SHOWN_CHARACTERS = 200_000;

export function ContentView({ document, passage }: { document: Document; passage: string | null }) {
  const { api } = useServices();
  const downloading = useMutation({ mutationFn: () => download(api, document.doc_hash) });
  return (
    <Section
      title="Content"
      action={
        document.source !== null && (
          <Button icon="download" busy={downloading.isPending} onClick={() => downloading.mutate()}>
            Download
          </Button>
        )
      }
    >
      {downloading.error !== null && <Problem error={downloading.error} />}
      <Body document={document} passage={passage} />
    </Section>
  );
}

function Body({ document, passage }: { document: Document; passage: string | null }) {
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
  if (document.served_version === 0)
    return <p className="text-soft">Nothing is indexed yet, so there is nothing to read.</p>;
  if (document.source === null) return <p className="text-soft">Nothing is kept of its content.</p>;
  if (!readable) return <p className="text-soft">A file of this type is not shown here. Download it to read it.</p>;
  if (isPending) return <Loading what="the content" />;
  if (error !== null) return <Problem error={error} />;
  if (data.text === null)
    return <p className="text-soft">It has {size(data.size)}, too much to be shown. Download it.</p>;
  const shown = data.text.slice(0, SHOWN_CHARACTERS);
  return (
    <>
      <Text text={shown} passage={passage} />
      {shown.length < data.text.length && (
        <p className="mt-3 text-soft">The beginning of {size(data.size)}. Download it to read the rest.</p>
      )}
    </>
  );
}

function Text({ text, passage }: { text: string; passage: string | null }) {
  const marked = useRef<HTMLElement>(null);
  const found = passage === null ? null : locate(text, passage);
  useEffect(() => {
    // Newer browsers answer with a promise, which is nothing to clean up.
    void marked.current?.scrollIntoView({ block: "center" });
  }, []);
  return (
    <pre className="max-w-[80ch] font-sans break-words whitespace-pre-wrap">
      {found ? (
        <>
          {text.slice(0, found.start)}
          <mark ref={marked}>{text.slice(found.start, found.end)}</mark>
          {text.slice(found.end)}
        </>
      ) : (
        text
      )}
    </pre>
  );
}
