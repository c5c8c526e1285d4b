import { classes } from "../../design/classes";

/** The widths of columns, as Tailwind's class names have them. */
export const COLUMNS = {
  wide: "grid-cols-[2.75rem_minmax(0,1fr)_9rem_5rem_9rem]",
  withFolder: "grid-cols-[2.75rem_minmax(0,2fr)_minmax(0,1fr)_9rem_5rem_9rem]",
  narrow: "grid-cols-[2.75rem_minmax(0,1fr)_auto]",
};

interface Props {
  narrow: boolean;
  showFolder: boolean;
  all: boolean;
  some: boolean;
  onAll(): void;
}

export function GridHeader({ narrow, showFolder, all, some, onAll }: Props) {
  const names = narrow
    ? ["Document", "Status"]
    : ["Title", ...(showFolder ? ["Folder"] : []), "Status", "Version", "Changed"];
  const columns = narrow ? COLUMNS.narrow : showFolder ? COLUMNS.withFolder : COLUMNS.wide;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see DocumentGrid
    <div role="rowgroup" className="sticky top-0 z-1 bg-sunk">
      {/* biome-ignore lint/a11y/useSemanticElements: see DocumentGrid */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: a header has no focus */}
      <div
        role="row"
        aria-rowindex={1}
        className={classes("grid h-9 items-center border-b border-line pr-4 text-sm font-medium text-soft", columns)}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: see DocumentGrid */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: a header has no focus */}
        <span role="columnheader" className="grid place-items-center">
          <input
            type="checkbox"
            aria-label="Select all that are loaded"
            className="size-4 accent-accent"
            checked={all}
            ref={(box) => {
              if (box) box.indeterminate = some && !all;
            }}
            onChange={onAll}
            onKeyDown={(event) => event.key === " " && event.stopPropagation()}
          />
        </span>
        {names.map((name) => (
          // biome-ignore lint/a11y/useSemanticElements: see DocumentGrid
          // biome-ignore lint/a11y/useFocusableInteractive: a header has no focus
          <span key={name} role="columnheader" className="truncate pr-3">
            {name}
          </span>
        ))}
      </div>
    </div>
  );
}
