// Asks before a page with something unsaved is left: by a link, the palette, back and forward, and by closing the window.
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { Button } from "../design/Button";
import { Dialog, DialogActions } from "../design/Dialog";

/** What is used of the browser's Navigation API; TypeScript's own description of it is still to come. */
interface NavigateEvent extends Event {
  readonly navigationType: "push" | "replace" | "reload" | "traverse";
  readonly hashChange: boolean;
  readonly destination: { readonly url: string; readonly key: string; readonly sameDocument: boolean };
}
interface Navigation extends EventTarget {
  traverseTo(key: string): unknown;
}

function navigation(): Navigation | undefined {
  return (globalThis as { navigation?: Navigation }).navigation;
}

type Destination = NavigateEvent["destination"] & { traverses: boolean };

/** The dialog that asks, to be put into the page. `onLeave` is called when what is unsaved is given up. */
export function useLeaving(isUnsaved: boolean, what: string, onLeave: () => void): ReactNode {
  const [, go] = useLocation();
  const [leaving, setLeaving] = useState<Destination | null>(null);
  const given = useRef(false);

  useEffect(() => {
    if (!isUnsaved) return;
    given.current = false;
    const closing = (event: BeforeUnloadEvent) => event.preventDefault();
    const moving = (event: Event) => {
      const { destination, navigationType, hashChange } = event as NavigateEvent;
      // What loads another page is asked by the browser itself. Twice back without a touch of the page cannot be held up.
      if (given.current || hashChange || !destination.sameDocument || !event.cancelable) return;
      const { pathname, search } = new URL(destination.url);
      if (pathname === location.pathname && search === location.search) return;
      event.preventDefault();
      const { url, key, sameDocument } = destination;
      setLeaving({ url, key, sameDocument, traverses: navigationType === "traverse" });
    };
    addEventListener("beforeunload", closing);
    navigation()?.addEventListener("navigate", moving);
    return () => {
      removeEventListener("beforeunload", closing);
      navigation()?.removeEventListener("navigate", moving);
    };
  }, [isUnsaved]);

  if (leaving === null) return null;
  const leave = () => {
    given.current = true;
    setLeaving(null);
    onLeave();
    const { pathname, search } = new URL(leaving.url);
    if (leaving.traverses) navigation()?.traverseTo(leaving.key);
    else go(pathname + search);
  };
  return (
    <Dialog title="Leave without saving?" onClose={() => setLeaving(null)}>
      <p>{what}</p>
      <DialogActions>
        <Button look="danger" onClick={leave}>
          Leave without saving
        </Button>
        <Button look="main" onClick={() => setLeaving(null)}>
          Stay
        </Button>
      </DialogActions>
    </Dialog>
  );
}
