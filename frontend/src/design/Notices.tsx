// Short notices of what was done, at the foot of the page; read aloud, and gone after a while.
import { createContext, type ReactNode, use, useCallback, useMemo, useRef, useState } from "react";
import { IconButton } from "./Button";

interface Notice {
  id: number;
  text: string;
}

const SHOWN_MILLISECONDS = 8_000;
const NoticesContext = createContext<(text: string) => void>(() => {});

/** What shows a notice. */
export function useNotice(): (text: string) => void {
  return use(NoticesContext);
}

export function Notices({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Notice[]>([]);
  const next = useRef(1);
  const remove = useCallback((id: number) => setShown((notices) => notices.filter((notice) => notice.id !== id)), []);
  const add = useMemo(
    () => (text: string) => {
      const id = next.current++;
      setShown((notices) => [...notices.slice(-3), { id, text }]);
      setTimeout(() => remove(id), SHOWN_MILLISECONDS);
    },
    [remove],
  );
  return (
    <NoticesContext value={add}>
      {children}
      <div
        role="status"
        aria-live="polite"
        className="pointer-events-none fixed inset-x-0 bottom-4 z-30 grid justify-items-center gap-2 px-4"
      >
        {shown.map((notice) => (
          <div
            key={notice.id}
            className="pointer-events-auto flex max-w-xl items-center gap-3 rounded-lg bg-ink py-1.5 pr-1.5 pl-4 text-paper shadow-lg"
          >
            <span className="break-words">{notice.text}</span>
            <IconButton
              icon="close"
              label="Dismiss"
              className="hover:bg-transparent"
              onClick={() => remove(notice.id)}
            />
          </div>
        ))}
      </div>
    </NoticesContext>
  );
}
