// What failed, and what is pressed to mend it.
import { Link } from "wouter";
import { useMay } from "../../app/services";
import { Button } from "../../design/Button";
import { useNotice } from "../../design/Notices";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { useDeadLetters } from "../../letters/useDeadLetters";
import { useDocumentActions } from "../../library/actions";
import { Failures } from "../../library/Failures";
import { useDocumentsOf } from "../../library/useDocumentsOf";
import { useMany } from "../../library/useMany";
import { addressOf, FIRST } from "../../library/view";
import { many } from "../../words/number";
import { QUEUES } from "../../words/queues";
import { DocumentLine } from "./DocumentLine";

const RETRIED = 100;
const SHOWN = 5;

export function Attention() {
  const failed = useDocumentsOf("failed", RETRIED);
  const letters = useDeadLetters();
  const queues = letters.data?.queues.filter((queue) => queue.visible > 0 || queue.letters.length > 0) ?? [];
  const isFine =
    failed.documents.length === 0 && queues.length === 0 && failed.error === null && letters.error === null;
  return (
    <Section title="What failed">
      {(failed.isPending || letters.isPending) && <Loading what="what failed" />}
      {[failed.error, letters.error]
        .filter((error) => error !== null)
        .map((error, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: there are two, in this order
          <div key={index} className="mb-3">
            <Problem error={error} />
          </div>
        ))}
      {!failed.isPending && !letters.isPending && isFine && <p>Nothing failed. There is nothing to do.</p>}
      {failed.documents.length > 0 && <FailedDocuments {...failed} />}
      {queues.length > 0 && (
        <div className="mt-3 border-t border-line pt-3 first:mt-0 first:border-0 first:pt-0">
          <p className="font-medium">
            Dead letters:{" "}
            {queues
              .map(
                (queue) =>
                  `${QUEUES[queue.branch].label.toLowerCase()} ${Math.max(queue.visible, queue.letters.length)}`,
              )
              .join(", ")}
          </p>
          <p className="text-sm text-soft">
            What could not be written or removed waits there. Mend its cause, then{" "}
            <Link href="/operations" className="text-accent underline">
              redrive it
            </Link>
            .
          </p>
        </div>
      )}
    </Section>
  );
}

function FailedDocuments({ documents, hasMore }: ReturnType<typeof useDocumentsOf>) {
  const mayWrite = useMay("write");
  const { retry } = useDocumentActions();
  const notice = useNotice();
  const retrying = useMany();
  const retryAll = async () => {
    const { done } = await retrying.run(documents, retry);
    if (done.length > 0) notice(`${many(done.length, "document")} sent again`);
  };
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="font-medium">
          {hasMore && "More than "}
          {many(documents.length, "document")} failed
        </p>
        {mayWrite && (
          <Button icon="retry" busy={retrying.over !== null} onClick={() => void retryAll()}>
            {retrying.over === null
              ? `Retry ${hasMore ? `the newest ${documents.length}` : "all"}`
              : `${retrying.over} of ${documents.length} sent again`}
          </Button>
        )}
      </div>
      <Failures failed={retrying.failed} />
      <ul className="mt-1 grid gap-2">
        {documents.slice(0, SHOWN).map((document) => (
          <DocumentLine key={document.doc_hash} document={document} />
        ))}
      </ul>
      {(hasMore || documents.length > SHOWN) && (
        <Link href={addressOf({ ...FIRST, status: "failed" })} className="mt-2 block w-fit text-accent underline">
          Show all that failed
        </Link>
      )}
    </>
  );
}
