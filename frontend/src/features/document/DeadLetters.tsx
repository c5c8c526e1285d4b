// What of this document waits in a dead letter queue.
import { useQuery } from "@tanstack/react-query";
import type { Document } from "../../api/client";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { Section } from "../../design/Section";
import { Problem } from "../../design/States";
import { Time } from "../../design/Time";
import { documentKey } from "./useDocument";

const BRANCHES: Record<string, string> = { pinecone: "the vector index", s3: "the backups" };

/** Whether a branch says that a letter of it waits. */
export function hasDeadLetters(document: Document): boolean {
  return Object.values(document.branches).some((outcome) => outcome === "dead_lettered" || outcome === "not_removed");
}

export function DeadLetters({ document }: { document: Document }) {
  const { api } = useServices();
  const { data, error } = useQuery({
    queryKey: [...documentKey(document.doc_hash), "dead letters"],
    queryFn: ({ signal }) => answered(api.GET("/dead-letters", { params: { query: { limit: 100 } }, signal })),
  });
  const letters = (data?.queues ?? []).flatMap((queue) =>
    queue.letters
      .filter((letter) => letter.doc_hash === document.doc_hash)
      .map((letter) => ({ queue: queue.branch, letter })),
  );
  return (
    <Section title="Dead letters">
      {error !== null && <Problem error={error} />}
      {data && letters.length === 0 && (
        <p className="text-soft">
          One waits, and is not among the first hundred of its queue. An administrator can redrive it.
        </p>
      )}
      <ul className="grid gap-2">
        {letters.map(({ queue, letter }) => (
          <li key={letter.message_id}>
            <p>
              Version {letter.version ?? "?"} could not be written to {BRANCHES[queue] ?? queue}
              {letter.failed_at && (
                <>
                  , <Time at={letter.failed_at} />
                </>
              )}
            </p>
            {letter.error && <p className="text-sm break-words text-soft">{letter.error.message}</p>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
