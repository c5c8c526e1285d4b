// The folder tree: beside the list where there is room, and above it, to be opened, where there is not.
import { useState } from "react";
import { Button } from "../../design/Button";
import { classes } from "../../design/classes";
import type { View } from "../../library/view";
import { FolderTree } from "./FolderTree";

export function FolderPanel({ view }: { view: View }) {
  const [open, setOpen] = useState(false);
  return (
    <aside aria-label="Folders" className="shrink-0 border-line bg-card lg:w-64 lg:overflow-y-auto lg:border-r">
      <div className="px-4 pt-3 lg:hidden">
        <Button icon="folder" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Close folders" : "Folders"}
        </Button>
      </div>
      <div className={classes("max-h-[50dvh] overflow-y-auto p-2 lg:block lg:max-h-none", open ? "block" : "hidden")}>
        <FolderTree view={view} onNavigate={() => setOpen(false)} />
      </div>
    </aside>
  );
}
