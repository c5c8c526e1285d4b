import type { DocumentStatus } from "../api/client";
import { STATUS, type Tone } from "../words/status";
import { classes } from "./classes";

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

export function StatusBadge({ status }: { status: DocumentStatus }) {
  const { label, tone, means } = STATUS[status];
  return (
    <Badge tone={tone} title={means}>
      {label}
    </Badge>
  );
}
