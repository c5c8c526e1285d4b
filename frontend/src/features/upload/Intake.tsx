// Where files come in: dropped, picked, or pasted.
import { useRef } from "react";
import { Button } from "../../design/Button";
import { classes } from "../../design/classes";
import { Icon } from "../../design/Icon";
import { type Gathered, gatherPicked } from "../../uploads/gather";
import { FILE_MAX_BYTES } from "../../uploads/look";
import { CONTENT_TYPES } from "../../uploads/source";
import { size } from "../../words/number";

const TAKEN = Object.keys(CONTENT_TYPES);

interface Props {
  /** Whether there is room to say what is taken. */
  large: boolean;
  over: boolean;
  gathering: boolean;
  onPicked(gathered: Promise<readonly Gathered[]>): void;
  onText(): void;
}

export function Intake({ large, over, gathering, onPicked, onText }: Props) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const picked = (input: HTMLInputElement) => {
    onPicked(Promise.resolve(gatherPicked(input.files ?? [])));
    // The same file can be picked again.
    input.value = "";
  };
  return (
    <div
      className={classes(
        "grid rounded-xl border-2 border-dashed",
        over ? "border-accent bg-accent-tint" : "border-edge",
        large
          ? "justify-items-center gap-4 px-6 py-12 text-center"
          : "items-center gap-3 px-4 py-2.5 sm:grid-cols-[1fr_auto]",
      )}
    >
      {large && <Icon name="upload" className="size-10 text-accent" />}
      <p className={large ? "text-lg font-medium" : "hidden text-soft sm:block"} role="status">
        {gathering
          ? "Reading what was dropped"
          : over
            ? "Let go to take the files"
            : "Drop files or folders on this page"}
      </p>
      <div className="flex flex-wrap justify-center gap-2 sm:justify-end">
        <Button look={large ? "main" : "plain"} icon="documents" onClick={() => files.current?.click()}>
          Choose files
        </Button>
        <Button icon="folder" onClick={() => folder.current?.click()}>
          Choose a folder
        </Button>
        <Button icon="edit" onClick={onText}>
          Paste text
        </Button>
      </div>
      {large && (
        <div className="grid max-w-xl gap-1 text-sm text-soft">
          <p>
            Taken are {TAKEN.join(", ")}, up to {size(FILE_MAX_BYTES)} each. Hidden files of a folder are left out.
          </p>
          <p>
            A file that was sent before, from here or by the command <code>bloomweaver ingest</code>, is its document's
            next version. One that has not changed is not sent.
          </p>
        </div>
      )}
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files"
        accept={TAKEN.join(",")}
        onChange={(event) => picked(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        webkitdirectory=""
        hidden
        aria-label="A folder"
        onChange={(event) => picked(event.currentTarget)}
      />
    </div>
  );
}
