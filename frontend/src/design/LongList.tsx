// A page that is a long list: its title with filters, a line about the rows above them, and what stands where there are none.
import type { ReactNode } from "react";
import { Button } from "./Button";
import { Failed, Loading, Problem } from "./States";

export function ListHeader({ title, children }: { title: string; children: ReactNode }) {
  return (
    <header className="grid gap-3 border-b border-line bg-card px-4 py-3">
      <h1 className="text-xl font-semibold">{title}</h1>
      {children}
    </header>
  );
}

interface Props {
  list: { rows: readonly unknown[]; isPending: boolean; error: unknown; hasMore: boolean; reload(): void };
  /** What is being loaded, in words. */
  what: string;
  /** Stands above the rows. */
  line: ReactNode;
  /** Stands where there are no rows. */
  nothing: ReactNode;
  /** Loads what could not be loaded behind the rows that are shown. */
  onRetry(): void;
  children: ReactNode;
}

export function LongList({ list, what, line, nothing, onRetry, children }: Props) {
  if (list.isPending) return <Loading what={what} />;
  if (list.rows.length === 0) {
    if (list.error !== null) return <Failed error={list.error} onRetry={list.reload} />;
    if (!list.hasMore) return nothing;
  }
  return (
    <>
      <div className="flex min-h-12 flex-wrap items-center gap-3 border-b border-line px-4 text-sm text-soft">
        {line}
      </div>
      {children}
      {list.error !== null && (
        <div className="flex flex-wrap items-center gap-3 border-t border-line p-3">
          <Problem error={list.error} />
          <Button icon="retry" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </>
  );
}
