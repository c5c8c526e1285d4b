// The frame of an operation: what it is for, how the latest one stands, and what starts another.
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { useMay } from "../../app/services";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { Badge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import { useLiveState } from "../../live/useLive";
import { causeInWords } from "../../words/causes";
import { RUN_STATUS, type RunStatus, type StateMachine } from "../../words/runs";
import type { Operation } from "./useOperation";

interface Report {
  id: string;
  status: RunStatus;
  error: { type: string; message: string } | null;
}

interface Props<R extends Report> {
  title: string;
  machine: StateMachine;
  purpose: string;
  operation: Operation<R>;
  /** What is said where none was run yet. */
  never: string;
  start: string;
  /** The report, in words. */
  children(report: R): ReactNode;
  /** What asks before it starts. */
  dialog(onClose: () => void): ReactNode;
}

export function OperationSection<R extends Report>(props: Props<R>) {
  const { title, machine, purpose, operation, never, start, children, dialog } = props;
  const mayOperate = useMay("operate");
  const isLive = useLiveState() === "live";
  const [asking, setAsking] = useState(false);
  const { report, beganAt } = operation;
  return (
    <Section
      title={title}
      action={
        mayOperate && (
          <Button disabled={operation.isRunning} onClick={() => setAsking(true)}>
            {start}
          </Button>
        )
      }
    >
      <p className="text-soft">{purpose}</p>
      {operation.isPending && <Loading what={title.toLowerCase()} />}
      {operation.error !== null && (
        <div className="mt-3">
          <Problem error={operation.error} />
        </div>
      )}
      {!operation.isPending && operation.error === null && report === null && <p className="mt-3">{never}</p>}
      {report && (
        <div className="mt-3 grid gap-2" role="status">
          <p className="flex flex-wrap items-center gap-2">
            <Badge tone={RUN_STATUS[report.status].tone}>{RUN_STATUS[report.status].label}</Badge>
            {beganAt && (
              <span className="text-soft">
                Began <Time at={beganAt} />
              </span>
            )}
            <Link href={`/runs/${machine}-${report.id}`} className="text-sm text-accent underline">
              Its run
            </Link>
            {operation.isRunning && !isLive && <span className="text-sm text-soft">Looked at every 3 s</span>}
          </p>
          {report.error && (
            <p className="rounded-lg border border-bad bg-bad-tint px-3 py-2 text-sm break-words">
              {causeInWords(report.error.type).what}. {report.error.message}
            </p>
          )}
          {children(report)}
        </div>
      )}
      {asking && dialog(() => setAsking(false))}
    </Section>
  );
}
