// Documents: folders beside a list of what is in them.
import { useMemo, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { Button } from "../../design/Button";
import { Failed, Loading } from "../../design/States";
import { DeleteDialog } from "../../library/DeleteDialog";
import { MetadataDialog } from "../../library/MetadataDialog";
import { MoveDialog } from "../../library/MoveDialog";
import { addressOf, isOfNoFolder, type View, viewOf } from "../../library/view";
import { many } from "../../words/number";
import { Breadcrumbs } from "./Breadcrumbs";
import { DocumentGrid } from "./DocumentGrid";
import { Filters } from "./Filters";
import { FolderPanel } from "./FolderPanel";
import { NothingHere } from "./NothingHere";
import type { Row } from "./rows";
import { SelectionBar } from "./SelectionBar";
import { type DocumentsList, useDocuments } from "./useDocuments";

/** What is asked before several documents are changed. */
const DIALOGS = { move: MoveDialog, metadata: MetadataDialog, delete: DeleteDialog };

export default function DocumentsPage() {
  const [, go] = useLocation();
  const search = useSearch();
  const view = useMemo(() => viewOf(search), [search]);
  const change = (changed: Partial<View>) => go(addressOf({ ...view, ...changed }));
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
      <FolderPanel view={view} />
      <section className="flex min-h-0 min-w-0 flex-1 flex-col">
        <header className="grid gap-3 border-b border-line bg-card px-4 py-3">
          <Breadcrumbs view={view} />
          <Filters view={view} onChange={change} />
        </header>
        <List key={addressOf(view)} view={view} />
      </section>
    </div>
  );
}

function List({ view }: { view: View }) {
  const list = useDocuments(view);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  // Beside the list and not in it: rows go while they are being moved, and what is asked stays until it is done.
  const [asked, setAsked] = useState<{ what: keyof typeof DIALOGS; documents: Row[] } | null>(null);
  const chosen = useMemo(() => list.rows.filter((row) => selected.has(row.doc_hash)), [list.rows, selected]);
  const clear = () => setSelected(new Set());
  const AskedDialog = asked && DIALOGS[asked.what];
  return (
    <>
      {chosen.length > 0 ? (
        <SelectionBar
          chosen={chosen}
          onMove={(documents) => setAsked({ what: "move", documents })}
          onEditMetadata={(documents) => setAsked({ what: "metadata", documents })}
          onDelete={(documents) => setAsked({ what: "delete", documents })}
          onClear={clear}
        />
      ) : (
        <ListLine list={list} />
      )}
      <Rows view={view} list={list} selected={selected} onSelect={setSelected} />
      {AskedDialog && <AskedDialog documents={asked.documents} onClose={() => setAsked(null)} onDone={clear} />}
    </>
  );
}

function ListLine({ list }: { list: DocumentsList }) {
  if (list.rows.length === 0) return null;
  return (
    <div className="flex min-h-12 items-center gap-3 border-b border-line px-4 text-sm text-soft">
      <span>
        {list.hasMore ? `The first ${many(list.rows.length, "document")}` : many(list.rows.length, "document")}
      </span>
      <span role="status">
        {list.fresh > 0 && (
          <Button look="main" icon="plus" onClick={list.reload}>
            {many(list.fresh, "newer document")}
          </Button>
        )}
      </span>
    </div>
  );
}

interface RowsProps {
  view: View;
  list: DocumentsList;
  selected: ReadonlySet<string>;
  onSelect(selected: ReadonlySet<string>): void;
}

function Rows({ view, list, selected, onSelect }: RowsProps) {
  if (list.isPending) return <Loading what="documents" />;
  if (list.rows.length === 0) {
    if (list.error !== null) return <Failed error={list.error} onRetry={list.reload} />;
    if (!list.hasMore) return <NothingHere view={view} />;
  }
  return (
    <>
      <DocumentGrid
        list={list}
        place={addressOf(view)}
        showFolder={view.below || isOfNoFolder(view)}
        selected={selected}
        onSelect={onSelect}
      />
      {list.error !== null && (
        <div className="border-t border-line">
          <Failed error={list.error} onRetry={list.loadMore} />
        </div>
      )}
    </>
  );
}
