// Which folder something is limited to: typed, with suggestions; taken with Enter and when the box is left. Empty is everywhere.
import { useEffect, useId, useState } from "react";
import { classes } from "../design/classes";
import { CONTROL } from "../design/Field";
import { FolderSuggestions } from "./FolderSuggestions";
import { ROOT, typedFolder } from "./folderPath";

export function FolderBox({ folder, onChange }: { folder: string; onChange(folder: string): void }) {
  const list = useId();
  const [typed, setTyped] = useState(folder);
  useEffect(() => setTyped(folder), [folder]);
  const take = () => {
    const path = typedFolder(typed);
    const next = path === ROOT ? "" : path;
    setTyped(next);
    if (next !== folder) onChange(next);
  };
  return (
    <div>
      <input
        aria-label="In the folder"
        placeholder="In any folder"
        list={list}
        autoComplete="off"
        className={classes(CONTROL, "w-56")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === "Enter" && take()}
      />
      <FolderSuggestions id={list} typed={typed} />
    </div>
  );
}
