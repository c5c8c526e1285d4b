// Files that are dropped anywhere on the window, or pasted, for as long as the page is there. The browser would open them.
import { useLayoutEffect, useRef, useState } from "react";
import { type Gathered, gatherTransfer } from "../../uploads/gather";

interface Drops {
  /** Whether files are held over the window. */
  over: boolean;
  /** Whether folders are being read. */
  gathering: boolean;
  takeLater(gathered: Promise<readonly Gathered[]>): void;
}

export function useDrops(take: (gathered: readonly Gathered[]) => void, onText: (text: string) => void): Drops {
  const [over, setOver] = useState(false);
  const [gathering, setGathering] = useState(0);
  const latest = useRef({ take, onText });
  latest.current = { take, onText };

  const takeLater = useRef((gathered: Promise<readonly Gathered[]>) => {
    setGathering((number) => number + 1);
    void gathered.then((files) => latest.current.take(files)).finally(() => setGathering((number) => number - 1));
  }).current;

  // With the page's first sight, not a moment later: what is dropped in between the browser would open.
  useLayoutEffect(() => {
    const ended = new AbortController();
    const options = { signal: ended.signal };
    addEventListener(
      "dragover",
      (event) => {
        if (!hasFiles(event.dataTransfer)) return;
        event.preventDefault();
        if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
        setOver(true);
      },
      options,
    );
    // What is left for an element of the page has that element; what leaves the window has none.
    addEventListener("dragleave", (event) => event.relatedTarget === null && setOver(false), options);
    addEventListener(
      "drop",
      (event) => {
        setOver(false);
        if (event.dataTransfer === null || !hasFiles(event.dataTransfer)) return;
        event.preventDefault();
        takeLater(gatherTransfer(event.dataTransfer));
      },
      options,
    );
    addEventListener(
      "paste",
      (event) => {
        const target = event.target instanceof HTMLElement ? event.target : null;
        if (event.clipboardData === null || target?.closest("input, textarea, dialog")) return;
        const text = event.clipboardData.getData("text/plain");
        if (hasFiles(event.clipboardData)) takeLater(gatherTransfer(event.clipboardData));
        else if (text.trim() !== "") latest.current.onText(text);
        else return;
        event.preventDefault();
      },
      options,
    );
    return () => ended.abort();
  }, [takeLater]);

  return { over, gathering: gathering > 0, takeLater };
}

function hasFiles(transfer: DataTransfer | null): transfer is DataTransfer {
  return transfer?.types.includes("Files") ?? false;
}
