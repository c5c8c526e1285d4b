// What belongs to the run elsewhere: its passages, dead letters, report, the AWS console; and its id.
import { Link } from "wouter";
import { CopyButton } from "../../design/CopyButton";
import { Section } from "../../design/Section";
import { many } from "../../words/number";
import type { RunDetail } from "./history";

export function References({ run }: { run: RunDetail }) {
  const { chunks, links } = run;
  return (
    <Section title="References">
      <ul className="grid gap-1 text-sm">
        {chunks && (
          <li title={chunks.key}>
            {many(chunks.count, "passage")} of {chunks.model} for the index {chunks.index}
          </li>
        )}
        {links.dead_letters !== null && (
          <li>
            <Link href="/operations" className="text-accent underline">
              Dead letters
            </Link>
          </li>
        )}
        {links.report !== null && run.state_machine !== "redrive" && (
          <li>
            <Link href="/operations" className="text-accent underline">
              Its report
            </Link>
          </li>
        )}
        {links.console !== null && (
          <li>
            <a href={links.console} rel="noreferrer" target="_blank" className="text-accent underline">
              In the AWS console
            </a>
          </li>
        )}
        <li className="flex items-center justify-between gap-2 text-soft">
          <code className="break-all">{run.id}</code>
          <CopyButton what="Id" text={run.id} />
        </li>
      </ul>
    </Section>
  );
}
