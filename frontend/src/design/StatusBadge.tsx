import type { DocumentStatus } from "../api/client";
import { type Progress, statusWords } from "../words/progress";
import type { Tone } from "../words/status";
import { classes } from "./classes";
import { useNow } from "./Time";

const TONES: Record<Tone, string> = {
  good: "bg-good-tint text-good",
  busy: "bg-busy-tint text-busy",
  warn: "bg-warn-tint text-warn",
  bad: "bg-bad-tint text-bad",
  plain: "bg-sunk text-soft",
};

export function Badge({ tone, title, children }: { tone: Tone; title?: string; children: React.ReactNode }) {
  return (
    <span
      title={title}
      className={classes(
        "inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-sm font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      <span
        aria-hidden="true"
        className={classes("size-1.5 rounded-full bg-current", tone === "busy" && "motion-safe:animate-pulse")}
      />
      {children}
    </span>
  );
}

interface StatusProps {
  status: DocumentStatus;
  /** How far it is, if that is known. */
  progress?: Progress | null;
}

export function StatusBadge({ status, progress }: StatusProps) {
  const { label, tone, means } = statusWords(status, progress, useNow());
  return (
    <Badge tone={tone} title={means}>
      {label}
    </Badge>
  );
}
