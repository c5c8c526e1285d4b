// A document that is written here: what it is called, where it goes, and its text.
import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { useServices } from "../../app/services";
import { useLeaving } from "../../app/useLeaving";
import { Button } from "../../design/Button";
import { CONTROL, Field } from "../../design/Field";
import { Loading, Problem } from "../../design/States";
import { FolderSuggestions } from "../../library/FolderSuggestions";
import { canonicalFolder, typedFolder } from "../../library/folderPath";
import { basisOf } from "../editor/draft";
import { useDrafts } from "../editor/drafts";
import { isConflict, send } from "../editor/save";
import { editorOf, TEXT_TYPES, type TextType, TYPE_NAMES } from "../editor/types";
import { ID, idOf } from "./id";

const Composer = lazy(() => import("../editor/Composer"));
const TITLE_LONGEST = 1024;

export default function NewDocumentPage() {
  const { api } = useServices();
  const [, go] = useLocation();
  const given = new URLSearchParams(useSearch());
  const drafts = useDrafts();
  const [title, setTitle] = useState("");
  const [typedId, setTypedId] = useState(given.get("id"));
  const [folder, setFolder] = useState(given.get("folder") ?? "/");
  const [type, setType] = useState<TextType>("text/markdown");
  const [text, setText] = useState("");
  const [asked, setAsked] = useState(false);
  const id = typedId ?? idOf(title);
  const problems = problemsOf({ id, folder, title });
  const saving = useMutation({
    mutationFn: async () => {
      const { check } = await import("../editor/checks/check");
      if (check(type, text).some(({ kind }) => kind === "error")) return null;
      const said = { title: title.trim() || null, folder: typedFolder(folder) };
      const described = { doc_hash: id, content_type: type, ...said, expected_version: 0 };
      const accepted = await send(api, text, described);
      return { accepted, basis: await basisOf(text, accepted.version) };
    },
    onSuccess: (saved) => {
      if (saved === null) return;
      const { accepted, basis } = saved;
      drafts.set(accepted.doc_hash, { basis, text: basis.text, saved: accepted.version });
    },
  });
  const isSaved = saving.data?.accepted !== undefined;
  const question = useLeaving(
    text !== "" && !isSaved,
    "The new document is not saved yet. It is lost if you leave.",
    () => {},
  );
  // Only once nothing is asked any more.
  if (saving.data) return <Moved to={editorOf(saving.data.accepted.doc_hash)} go={go} />;
  return (
    <form
      className="flex min-h-[44rem] flex-1 flex-col gap-3 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (Object.keys(problems).length === 0) saving.mutate();
      }}
    >
      <div className="flex flex-wrap items-start justify-between gap-3">
        <h1 className="text-xl font-semibold">New document</h1>
        <Button type="submit" look="main" icon="check" busy={saving.isPending}>
          Save
        </Button>
      </div>
      <div className="grid items-start gap-3 sm:grid-cols-2 xl:grid-cols-4">
        <Field label="Title" problem={asked ? (problems.title ?? null) : null}>
          {(ids) => (
            <input
              {...ids}
              autoComplete="off"
              className={CONTROL}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <Field label="Type">
          {(ids) => (
            <select
              {...ids}
              className={CONTROL}
              value={type}
              onChange={(event) => setType(event.target.value as TextType)}
            >
              {TEXT_TYPES.map((each) => (
                <option key={each} value={each}>
                  {TYPE_NAMES[each]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Into the folder" problem={problems.folder ?? null}>
          {(ids) => (
            <input
              {...ids}
              autoComplete="off"
              list="new-document-folders"
              className={CONTROL}
              value={folder}
              onChange={(event) => setFolder(event.target.value)}
            />
          )}
        </Field>
        <FolderSuggestions id="new-document-folders" typed={folder} />
        <Field
          label="Id"
          hint="Under which it is asked for. It stays, whatever the title becomes."
          problem={asked ? (problems.id ?? null) : null}
        >
          {(ids) => (
            <input
              {...ids}
              autoComplete="off"
              className={CONTROL}
              value={id}
              onChange={(event) => setTypedId(event.target.value)}
            />
          )}
        </Field>
      </div>
      {saving.data === null && (
        <p role="alert" className="text-bad">
          It is not saved: what is named below the text has to be mended first.
        </p>
      )}
      {saving.error !== null &&
        (isConflict(saving.error) ? (
          <p role="alert" className="max-w-3xl rounded-lg border border-warn bg-warn-tint px-4 py-3">
            There was a document with the id {id} already, so nothing was saved. Choose another id, or{" "}
            <Link href={editorOf(id)} className="underline">
              edit that one
            </Link>
            .
          </p>
        ) : (
          <Problem error={saving.error} />
        ))}
      <Suspense fallback={<Loading what="the editor" />}>
        <Composer label="Text" type={type} text={text} onText={setText} />
      </Suspense>
      {question}
    </form>
  );
}

function problemsOf({ id, folder, title }: { id: string; folder: string; title: string }) {
  const problems: { id?: string; folder?: string; title?: string } = {};
  if (!ID.test(id)) problems.id = "It has 1 to 128 letters of the alphabet, digits, hyphens and underscores.";
  if (title.length > TITLE_LONGEST) problems.title = "It has at most 1,024 characters.";
  try {
    canonicalFolder(typedFolder(folder));
  } catch (error) {
    problems.folder = error instanceof Error ? error.message : String(error);
  }
  return problems;
}

/** Goes on in the editor, in the place of this page. */
function Moved({ to, go }: { to: string; go: (to: string, options: { replace: boolean }) => void }) {
  useEffect(() => go(to, { replace: true }), [to, go]);
  return <Loading what="the editor" />;
}
