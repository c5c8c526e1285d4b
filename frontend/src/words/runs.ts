// A run's status in words.
import type { Schemas } from "../api/client";
import type { Tone } from "./status";

export const RUN_STATUS: Record<Schemas["RunStatus"], { label: string; tone: Tone }> = {
  running: { label: "Running", tone: "busy" },
  succeeded: { label: "Succeeded", tone: "good" },
  failed: { label: "Failed", tone: "bad" },
  timed_out: { label: "Timed out", tone: "bad" },
  aborted: { label: "Ended early", tone: "warn" },
};
