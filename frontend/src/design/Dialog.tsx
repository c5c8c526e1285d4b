// A dialog of the browser's own: it keeps the focus, closes with Escape, and gives the focus back.
import { type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./Button";

interface Props {
  title: string;
  onClose(): void;
  children: ReactNode;
  /** One that has to be answered cannot be closed. */
  closable?: boolean;
}

export function Dialog({ title, onClose, children, closable = true }: Props) {
  const shown = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = shown.current;
    if (dialog && !dialog.open) dialog.showModal();
    // The browser would take what comes first, which is what closes it.
    dialog?.querySelector<HTMLElement>("input, select, textarea")?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={shown}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        if (closable) onClose();
      }}
      // Pressed twice, Escape closes a dialog without asking.
      onClose={() => {
        if (shown.current === null) return;
        if (closable) onClose();
        else shown.current.showModal();
      }}
      className="m-auto w-[min(32rem,calc(100vw-2rem))] max-h-[calc(100dvh-2rem)] rounded-xl border border-line bg-card p-0 text-ink shadow-xl"
    >
      <div className="flex items-start justify-between gap-4 px-5 pt-4">
        <h2 id={heading} className="pt-1 text-lg font-semibold">
          {title}
        </h2>
        {closable && <IconButton icon="close" label="Close" onClick={onClose} />}
      </div>
      <div className="px-5 pt-2 pb-5">{children}</div>
    </dialog>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>;
}
