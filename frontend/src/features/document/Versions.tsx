// Its versions: number, when, what it came of and by whom, as far as that is known.
import { useState } from "react";
import { Link } from "wouter";
import type { Document } from "../../api/client";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { Badge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import { callerWords } from "../../words/audit";
import { useDocumentAudit, useDocumentRuns } from "./useHistory";
import { type Version, versionsOf } from "./versions";

const SHOWN = 8;

export function Versions({ document }: { document: Document }) {
  const [count, setCount] = useState(SHOWN);
  const runs = useDocumentRuns(document.doc_hash);
  const audit = useDocumentAudit(document.doc_hash);
  const versions = versionsOf(document, runs.runs, audit.entries, count);
  const isOlder = versions.length < document.version;
  const older = () => {
    setCount(count + SHOWN);
    const next = document.version - count - SHOWN;
    // What is known of those that come is on further pages.
    if (runs.hasNextPage && (runs.runs.at(-1)?.document?.version ?? 0) > next) void runs.fetchNextPage();
    if (audit.hasNextPage && (audit.entries.findLast((entry) => entry.version)?.version ?? 0) > next) {
      void audit.fetchNextPage();
    }
  };
  return (
    <Section title="Versions">
      {runs.isPending || (audit.mayRead && audit.isPending) ? (
        <Loading what="versions" />
      ) : (
        <>
          {audit.error !== null && <Problem error={audit.error} />}
          <ol aria-label="Versions, the newest first" className="grid gap-2">
            {versions.map((version) => (
              <VersionLine key={version.number} version={version} />
            ))}
          </ol>
          {isOlder && (
            <Button className="mt-2" busy={runs.isFetchingNextPage || audit.isFetchingNextPage} onClick={older}>
              Older versions
            </Button>
          )}
          {!audit.mayRead && (
            <p className="mt-2 text-sm text-soft">Who asked for each is in the audit log, which administrators read.</p>
          )}
        </>
      )}
    </Section>
  );
}

function VersionLine({ version: { number, kind, at, isAccepted, caller, run, isServed } }: { version: Version }) {
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
      <span className="font-medium tabular-nums">{number}</span>
      {kind === null ? (
        <span className="text-soft">It never ran, or that is too long ago to be known.</span>
      ) : run === null ? (
        <span>{kind}</span>
      ) : (
        <Link href={`/runs/${run}`} className="text-accent underline">
          {kind}
        </Link>
      )}
      {isServed && <Badge tone="good">Search shows it</Badge>}
      {at !== null && (
        <span className="text-sm text-soft">
          {!isAccepted && "began "}
          <Time at={at} />
        </span>
      )}
      {caller !== null && <span className="text-sm break-all text-soft">by {callerWords(caller)}</span>}
    </li>
  );
}
