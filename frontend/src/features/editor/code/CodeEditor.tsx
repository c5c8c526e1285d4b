// CodeMirror in a shadow root. Its styles are made in the page, which the page's policy allows of a shadow root's own sheets alone.
import { setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import type { Finding } from "../checks/finding";
import type { TextType } from "../types";
import { basics, differenceTo, languageOf } from "./extensions";

export interface CodeHandle {
  /** Put the cursor there, and the focus into the text. */
  goTo(at: number): void;
  focus(): void;
}

interface Props {
  label: string;
  type: TextType;
  text: string;
  onText(text: string): void;
  findings: readonly Finding[];
  /** Another text, to which the difference is shown. */
  theirs: string | null;
  ref?: Ref<CodeHandle>;
}

export function CodeEditor({ label, type, text, onText, findings, theirs, ref }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const parts = useRef({ language: new Compartment(), difference: new Compartment() });
  const latest = useRef(onText);
  latest.current = onText;
  const first = useRef({ label, type, text });

  useEffect(() => {
    if (host.current === null) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const { language, difference } = parts.current;
    const begun = first.current;
    const made = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: begun.text,
        extensions: [
          basics(begun.label, (changed) => latest.current(changed)),
          language.of(languageOf(begun.type)),
          difference.of([]),
        ],
      }),
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, []);

  useEffect(() => {
    const { current } = view;
    // What is typed comes back as it is; only a text from elsewhere is put in. It can be undone as what is typed.
    if (current === null || current.state.doc.toString() === text) return;
    current.dispatch({
      changes: { from: 0, to: current.state.doc.length, insert: text },
      annotations: Transaction.addToHistory.of(true),
    });
  }, [text]);

  useEffect(() => {
    view.current?.dispatch({ effects: parts.current.language.reconfigure(languageOf(type)) });
  }, [type]);

  useEffect(() => {
    const extension = theirs === null ? [] : differenceTo(theirs);
    view.current?.dispatch({ effects: parts.current.difference.reconfigure(extension) });
  }, [theirs]);

  useEffect(() => {
    const { current } = view;
    if (current === null) return;
    const end = current.state.doc.length;
    const marks = findings.map(({ kind, text: message, from, to }) => ({
      severity: kind,
      message,
      from: Math.min(from, end),
      to: Math.min(to, end),
    }));
    current.dispatch(setDiagnostics(current.state, marks));
  }, [findings]);

  useImperativeHandle(ref, () => ({
    goTo: (at) => {
      const { current } = view;
      if (current === null) return;
      const anchor = Math.min(at, current.state.doc.length);
      current.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      current.focus();
    },
    focus: () => view.current?.focus(),
  }));

  return (
    <div
      ref={host}
      data-testid="code"
      className="h-full min-h-0 overflow-hidden rounded-xl border border-edge focus-within:outline-2 focus-within:outline-accent"
    />
  );
}
