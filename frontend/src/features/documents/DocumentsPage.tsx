// Documents: folders beside a list of what is in them.
import { useMemo, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { Button } from "../../design/Button";
import { Empty, Failed, Loading } from "../../design/States";
import { addressOf, isOfNoFolder, type View, viewOf } from "../../library/view";
import { many } from "../../words/number";
import { Breadcrumbs } from "./Breadcrumbs";
import { DocumentGrid } from "./DocumentGrid";
import { Filters } from "./Filters";
import { FolderPanel } from "./FolderPanel";
import { NothingHere } from "./NothingHere";
import { SelectionBar } from "./SelectionBar";
import { useDocuments } from "./useDocuments";

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
  const chosen = useMemo(() => list.rows.filter((row) => selected.has(row.doc_hash)), [list.rows, selected]);

  if (list.isPending) return <Loading what="documents" />;
  if (list.error !== null && list.rows.length === 0) return <Failed error={list.error} onRetry={list.reload} />;
  if (list.rows.length === 0 && !list.hasMore) return <NothingHere view={view} />;
  return (
    <>
      {chosen.length > 0 ? (
        <SelectionBar chosen={chosen} onClear={() => setSelected(new Set())} />
      ) : (
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
      )}
      <DocumentGrid
        list={list}
        place={addressOf(view)}
        showFolder={view.below || isOfNoFolder(view)}
        selected={selected}
        onSelect={setSelected}
      />
      {list.error !== null && list.rows.length > 0 && (
        <div className="border-t border-line p-3">
          <Failed error={list.error} onRetry={list.loadMore} />
        </div>
      )}
      {list.rows.length === 0 && <Empty icon="documents" title="Looking further" />}
    </>
  );
}
