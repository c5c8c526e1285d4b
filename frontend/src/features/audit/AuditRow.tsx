// An entry: how it ended, what was asked for, of which document or folder, by whom and from where, and when.
import { Link } from "wouter";
import { CopyButton } from "../../design/CopyButton";
import { Badge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import type { RowFocus } from "../../design/useVirtualRows";
import { actionWords, CALLERS, type Entry, OUTCOMES, runsOf } from "../../words/audit";
import { ALL, addressOf } from "./view";

/** Of an operation that started many. */
const RUNS_SHOWN = 3;
const LINK = "underline hover:no-underline";

interface Props {
  entry: Entry;
  index: number;
  focus: RowFocus;
  top: number;
  measured(element: HTMLElement | null): void;
}

export function AuditRow({ entry, index, focus, top, measured }: Props) {
  const { label, tone, means } = OUTCOMES[entry.outcome];
  const { tabIndex } = focus;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see AuditGrid
    <div
      ref={measured}
      role="row"
      aria-rowindex={index + 1}
      data-index={index}
      tabIndex={focus.tabIndex}
      onFocus={focus.onFocus}
      className="absolute inset-x-0 grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-1 border-b border-line px-4 py-2 -outline-offset-2 hover:bg-sunk lg:grid-cols-[10rem_minmax(0,1fr)_minmax(0,14rem)_8rem_auto]"
      style={{ top }}
    >
      <Cell>
        <Badge tone={tone} title={means}>
          {label}
        </Badge>
      </Cell>
      <Cell className="col-span-2 row-start-2 min-w-0 lg:col-span-1 lg:col-start-2 lg:row-start-1">
        <What entry={entry} tabIndex={tabIndex} />
      </Cell>
      <Cell className="col-start-1 row-start-3 min-w-0 text-sm lg:col-start-3 lg:row-start-1">
        <span className="block break-words">
          <Who entry={entry} tabIndex={tabIndex} />
        </span>
        <span className="block text-soft">{entry.source_ip === null ? "no address" : `from ${entry.source_ip}`}</span>
      </Cell>
      <Cell className="col-start-2 row-start-1 justify-self-end text-soft lg:col-start-4 lg:justify-self-start">
        <Time at={entry.at} />
      </Cell>
      <Cell className="col-start-2 row-start-3 self-end justify-self-end lg:col-start-5 lg:row-start-1 lg:self-start">
        <CopyButton what="Correlation id" text={entry.correlation_id} tabIndex={tabIndex} />
      </Cell>
    </div>
  );
}

interface PartProps {
  entry: Entry;
  tabIndex: 0 | -1;
}

function What({ entry, tabIndex }: PartProps) {
  const { doc_hash, version, target, status, error } = entry;
  const runs = runsOf(entry);
  const why = [status, error].filter((each) => each !== null).join(" ");
  return (
    <>
      <span className="block break-words">
        <span className="font-medium">{actionWords(entry)}</span>{" "}
        {doc_hash !== null && (
          <Link href={`/documents/${doc_hash}`} tabIndex={tabIndex} className={`${LINK} text-accent break-all`}>
            {doc_hash}
          </Link>
        )}
        {/* A name may turn the direction of what stands after it. */}
        {target !== null && <bdi className="break-all">{target}</bdi>}
        {version !== null && <span className="text-soft"> as version {version}</span>}
      </span>
      <span className="flex flex-wrap gap-x-3 text-sm text-soft">
        {why !== "" && <span>{why}</span>}
        {runs.slice(0, RUNS_SHOWN).map((run) => (
          <Link key={run} href={`/runs/${run}`} tabIndex={tabIndex} className={`${LINK} break-all`}>
            Run {run}
          </Link>
        ))}
        {runs.length > RUNS_SHOWN && <span>and {runs.length - RUNS_SHOWN} more runs</span>}
      </span>
    </>
  );
}

function Who({ entry: { caller }, tabIndex }: PartProps) {
  const { kind, subject, role } = caller;
  if (kind === "token") {
    const name = subject ?? "no subject";
    return (
      <>
        {subject === null ? (
          name
        ) : (
          <Link
            href={addressOf({ ...ALL, of: "subject", value: subject })}
            tabIndex={tabIndex}
            title={`What ${name} asked for`}
            className={`${LINK} break-all`}
          >
            {name}
          </Link>
        )}
        {role !== null && <span className="text-soft">, {role}</span>}
      </>
    );
  }
  return (
    <>
      {CALLERS[kind]}
      {subject !== null && kind === "operation" && (
        <>
          {" "}
          <Link href={`/runs/${subject}`} tabIndex={tabIndex} className={`${LINK} break-all`}>
            {subject}
          </Link>
        </>
      )}
      {subject !== null && kind === "signature" && <span className="break-all text-soft"> {subject}</span>}
    </>
  );
}

function Cell({ className, children }: { className?: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see AuditGrid
    // biome-ignore lint/a11y/useFocusableInteractive: the row has the focus
    <div role="gridcell" className={className}>
      {children}
    </div>
  );
}
