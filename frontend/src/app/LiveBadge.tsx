// Whether what is shown follows what happens; said only where it is not plain.
import { Badge } from "../design/StatusBadge";
import type { LiveState } from "../live/connection";
import { useLiveState } from "../live/useLive";
import type { Tone } from "../words/status";

const WORDS: Record<LiveState, { label: string; tone: Tone; means: string } | null> = {
  idle: null,
  connecting: { label: "Connecting", tone: "plain", means: "The connection that changes come over is being opened." },
  live: { label: "Live", tone: "good", means: "Changes are shown as they happen." },
  asking: {
    label: "Every 5 s",
    tone: "warn",
    means: "The live connection is cut; changes are asked for every five seconds.",
  },
  lost: {
    label: "Not live",
    tone: "bad",
    means: "The service does not answer, so what is shown may be old. It is tried again.",
  },
};

export function LiveBadge() {
  const words = WORDS[useLiveState()];
  return (
    <span role="status" aria-live="polite">
      {words && (
        <Badge tone={words.tone} title={words.means}>
          {words.label}
        </Badge>
      )}
    </span>
  );
}
