// What a send would do, before anything is sent: created, updated, unchanged, deleted; and whom it would go over.
import { useQuery } from "@tanstack/react-query";
import { useServices } from "../../app/services";
import { Button } from "../../design/Button";
import { Dialog, DialogActions } from "../../design/Dialog";
import { Loading, Problem } from "../../design/States";
import { Badge } from "../../design/StatusBadge";
import { count, many } from "../../words/number";
import type { Tone } from "../../words/status";
import { countsOf, planOf, type Sent, type Step } from "./model/plan";
import type { Table } from "./model/rows";
import { askerOf, compared } from "./service/compare";

const SHOWN = 100;
const WORDS: Record<Step["kind"], { label: string; tone: Tone }> = {
  created: { label: "Created", tone: "good" },
  updated: { label: "Updated", tone: "busy" },
  deleted: { label: "Deleted", tone: "bad" },
  unchanged: { label: "Unchanged", tone: "plain" },
};
const KINDS = Object.keys(WORDS) as Step["kind"][];

interface Props {
  folder: string;
  table: Table;
  onSend(steps: readonly Sent[], expected: ReadonlyMap<string, number>): Promise<void>;
  onReload(): void;
  onClose(): void;
}

export default function ReviewDialog({ folder, table, onSend, onReload, onClose }: Props) {
  const { api } = useServices();
  const { data, error, refetch } = useQuery({
    queryKey: ["review", folder, table],
    queryFn: async () => compared(askerOf(api), folder, await planOf(folder, table)),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const steps = data?.steps ?? [];
  const toSend = steps.filter((step): step is Sent => step.kind !== "unchanged" && !data?.overtaken.has(step.docHash));
  const held = steps.filter(({ docHash }) => data?.overtaken.has(docHash));
  const send = () => {
    onClose();
    void onSend(toSend, data?.expected ?? new Map());
  };
  const counts = countsOf(steps);
  return (
    <Dialog title="Review the changes" onClose={onClose}>
      {error !== null && (
        <>
          <Problem error={error} />
          <Button icon="retry" className="mt-2" onClick={() => void refetch()}>
            Try again
          </Button>
        </>
      )}
      {data === undefined && error === null && <Loading what="what would change" />}
      {data !== undefined && (
        <>
          <ul aria-label="What is sent does" className="flex flex-wrap gap-2">
            {KINDS.map((kind) => (
              <li key={kind}>
                <Badge tone={WORDS[kind].tone}>
                  {WORDS[kind].label} {count(counts[kind])}
                </Badge>
              </li>
            ))}
          </ul>
          {held.length > 0 && (
            <div role="alert" className="mt-3 rounded-lg border border-warn bg-warn-tint px-4 py-3">
              <p className="font-medium">Somebody else has changed {many(held.length, "record")} meanwhile</p>
              <p className="break-words">
                These are not sent:{" "}
                {held
                  .slice(0, 5)
                  .map(({ key }) => key)
                  .join(", ")}
                {held.length > 5 && ` and ${count(held.length - 5)} more`}. Load what is there now; what you typed
                stays.
              </p>
              <Button
                icon="retry"
                className="mt-2"
                onClick={() => {
                  onReload();
                  onClose();
                }}
              >
                Load what is there now
              </Button>
            </div>
          )}
          <Steps steps={toSend} />
        </>
      )}
      <DialogActions>
        <Button onClick={onClose}>Back</Button>
        <Button look="main" icon="upload" disabled={toSend.length === 0} onClick={send}>
          Send {many(toSend.length, "change")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Steps({ steps }: { steps: readonly Sent[] }) {
  if (steps.length === 0) return <p className="mt-3">Nothing is to be sent: the service has all of it as it is.</p>;
  return (
    <section
      aria-label="Changes by row"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys
      tabIndex={0}
      className="mt-3 max-h-80 overflow-y-auto rounded-lg border border-line"
    >
      <ul>
        {steps.slice(0, SHOWN).map((step) => (
          <li key={`${step.kind} ${step.docHash}`} className="border-b border-line px-3 py-2 last:border-0">
            <div className="flex flex-wrap items-center gap-2">
              <Badge tone={WORDS[step.kind].tone}>{WORDS[step.kind].label}</Badge>
              <span className="min-w-0 break-words">{step.key}</span>
            </div>
            {step.kind === "updated" &&
              step.cells.map(({ column, from, to }) => (
                <p key={column} className="text-sm break-words">
                  <span className="text-soft">{column}:</span> {from || "empty"}{" "}
                  <span className="text-soft">becomes</span> {to || "empty"}
                </p>
              ))}
          </li>
        ))}
        {steps.length > SHOWN && <li className="px-3 py-2 text-soft">and {count(steps.length - SHOWN)} more</li>}
      </ul>
    </section>
  );
}
