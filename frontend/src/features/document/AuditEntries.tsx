// Who asked for what of the document, the newest first: for admins.
import { Link } from "wouter";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { Badge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import { actionWords, callerWords, OUTCOMES } from "../../words/audit";
import { useDocumentAudit } from "./useHistory";

const SHOWN = 5;

export function AuditEntries({ docHash }: { docHash: string }) {
  const { mayRead, entries, isPending, isSuccess, error } = useDocumentAudit(docHash);
  if (!mayRead) return null;
  return (
    <Section
      title="Audit"
      action={
        <Link href={`/audit?${new URLSearchParams({ document: docHash })}`} className="text-sm text-accent underline">
          All entries
        </Link>
      }
    >
      {isPending && <Loading what="the audit log" />}
      {error !== null && <Problem error={error} />}
      {isSuccess && entries.length === 0 && <p className="text-soft">Nobody asked for anything that is still known.</p>}
      <ul className="grid gap-2">
        {entries.slice(0, SHOWN).map((entry) => {
          const { label, tone, means } = OUTCOMES[entry.outcome];
          return (
            <li key={entry.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
              <Badge tone={tone} title={means}>
                {label}
              </Badge>
              <span>
                {actionWords(entry)}
                {entry.version !== null && `, version ${entry.version}`}
                {entry.error !== null && `, ${entry.error}`}
              </span>
              <span className="text-sm break-all text-soft">
                <Time at={entry.at} /> by {callerWords(entry.caller)}
                {entry.source_ip !== null && ` from ${entry.source_ip}`}
              </span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
