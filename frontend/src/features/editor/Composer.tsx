// The text with what is wrong with it below, and beside it how Markdown reads.
import { lazy, Suspense, useDeferredValue, useMemo, useRef, useState } from "react";
import { Button } from "../../design/Button";
import { classes } from "../../design/classes";
import { Loading } from "../../design/States";
import { check } from "./checks/check";
import { type Finding, placeOf } from "./checks/finding";
import { CodeEditor, type CodeHandle } from "./code/CodeEditor";
import type { TextType } from "./types";

const MarkdownText = lazy(() => import("../../markdown/MarkdownText"));
const SHOWN = 20;

interface Props {
  label: string;
  type: TextType;
  text: string;
  onText(text: string): void;
  /** Another text, to which the difference is shown. */
  theirs?: string | null;
}

export default function Composer({ label, type, text, onText, theirs = null }: Props) {
  const code = useRef<CodeHandle>(null);
  const isMarkdown = type === "text/markdown";
  const [previewing, setPreviewing] = useState(true);
  const settled = useDeferredValue(text);
  const findings = useMemo(() => check(type, settled), [type, settled]);
  const previews = isMarkdown && previewing && theirs === null;
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2">
      {isMarkdown && theirs === null && (
        <Button
          className="-mt-2 self-end aria-pressed:border-accent aria-pressed:bg-accent-tint aria-pressed:text-accent"
          aria-pressed={previewing}
          onClick={() => setPreviewing(!previewing)}
        >
          Preview
        </Button>
      )}
      <div
        className={classes(
          "grid min-h-0 flex-1 gap-3",
          previews ? "grid-rows-2 lg:grid-cols-2 lg:grid-rows-1" : "grid-rows-1",
        )}
      >
        <CodeEditor
          ref={code}
          label={label}
          type={type}
          text={text}
          onText={onText}
          findings={findings}
          theirs={theirs}
        />
        {previews && (
          <section
            aria-label="Preview"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys
            tabIndex={0}
            className="min-w-0 overflow-y-auto rounded-xl border border-line bg-card p-4 break-words"
          >
            <Suspense fallback={<Loading what="the preview" />}>
              <MarkdownText text={settled} />
            </Suspense>
          </section>
        )}
      </div>
      {type === "text/html" && theirs === null && (
        <p className="text-sm text-soft">
          The source is never opened here. Its scripts and styles, and what the page hides, are not indexed.
        </p>
      )}
      <Findings findings={findings} text={settled} onGo={(at) => code.current?.goTo(at)} />
    </div>
  );
}

function Findings({ findings, text, onGo }: { findings: readonly Finding[]; text: string; onGo(at: number): void }) {
  if (findings.length === 0) return null;
  return (
    <ul aria-label="Checks" className="grid max-h-40 gap-1 overflow-y-auto">
      {findings.slice(0, SHOWN).map((finding) => {
        const { line, column } = placeOf(text, finding.from);
        return (
          <li key={`${finding.from} ${finding.text}`} className="flex flex-wrap items-baseline gap-x-2">
            <button
              type="button"
              className={classes("rounded underline", finding.kind === "error" ? "text-bad" : "text-warn")}
              onClick={() => onGo(finding.from)}
            >
              Line {line}, column {column}
            </button>
            <span className="min-w-0 break-words">{finding.text}.</span>
          </li>
        );
      })}
      {findings.length > SHOWN && <li className="text-soft">and {findings.length - SHOWN} more</li>}
    </ul>
  );
}
