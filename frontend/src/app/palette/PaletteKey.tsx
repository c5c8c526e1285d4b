// The key and the button that open the palette; its script comes with the first time.
import { lazy, Suspense, useEffect, useState } from "react";
import { IconButton } from "../../design/Button";

const Palette = lazy(() => import("./Palette"));

export function PaletteKey() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((before) => !before);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
  return (
    <>
      <IconButton icon="search" label="Go to (Ctrl-K)" aria-keyshortcuts="Control+K" onClick={() => setOpen(true)} />
      {open && (
        <Suspense>
          <Palette onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
