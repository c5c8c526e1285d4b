// Records: a collection is a folder of JSON records, edited as rows of a table.
import { lazy, Suspense, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { Button } from "../../design/Button";
import { CONTROL, Field } from "../../design/Field";
import { Loading } from "../../design/States";
import { FolderSuggestions } from "../../library/FolderSuggestions";
import { canonicalFolder, ROOT, typedFolder } from "../../library/folderPath";

const Collection = lazy(() => import("./Collection"));

export default function RecordsPage() {
  const given = new URLSearchParams(useSearch()).get("folder");
  const folder = typedFolder(given ?? "");
  if (given === null || problemOf(folder) !== null) return <Choice />;
  // Another collection is another page: nothing of the one before is kept.
  return (
    <Suspense fallback={<Loading what="the collection" />}>
      <Collection key={folder} folder={folder} />
    </Suspense>
  );
}

function Choice() {
  const [, go] = useLocation();
  const [typed, setTyped] = useState("/");
  const [asked, setAsked] = useState(false);
  const folder = typedFolder(typed);
  const problem = problemOf(folder);
  return (
    <form
      className="grid max-w-2xl gap-4 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (problem === null) go(`/records?${new URLSearchParams({ folder })}`);
      }}
    >
      <h1 className="text-xl font-semibold">Records</h1>
      <p className="text-soft">
        A collection is a folder, and each row of it a document that search finds. Open one, or name a folder that is
        not there yet to begin one. Rows are typed, pasted from a spreadsheet, or taken from a CSV file.
      </p>
      <Field label="Folder of the collection" problem={asked ? problem : null}>
        {(ids) => (
          <input
            {...ids}
            autoComplete="off"
            list="record-folders"
            className={CONTROL}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      <FolderSuggestions id="record-folders" typed={typed} />
      <Button type="submit" look="main" className="justify-self-start">
        Open
      </Button>
    </form>
  );
}

function problemOf(folder: string): string | null {
  if (folder === ROOT) return "Name a folder, such as /people.";
  try {
    canonicalFolder(folder);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
