// What can be pressed on a run that failed: retry its document, redrive its letter. Only where that can be done now, and by
// whom the API lets.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useMay } from "../../app/services";
import { Button } from "../../design/Button";
import { useNotice } from "../../design/Notices";
import { Problem } from "../../design/States";
import type { Choice } from "../../letters/letters";
import { RedriveDialog } from "../../letters/RedriveDialog";
import { useDeadLetters } from "../../letters/useDeadLetters";
import { useDocumentActions } from "../../library/actions";
import { QUEUES } from "../../words/queues";
import { useDocument } from "../document/useDocument";
import type { RunDetail } from "./history";

export function RetryDocument({ document: of }: { document: Schemas["DocumentOfRun"] }) {
  const mayWrite = useMay("write");
  const { document, refetch } = useDocument(of.doc_hash);
  const { retry } = useDocumentActions();
  const notice = useNotice();
  const retrying = useMutation({
    mutationFn: retry,
    onSuccess: (accepted) => notice(`Sent again as version ${accepted.version}`),
    onSettled: () => void refetch(),
  });
  if (!mayWrite || document?.status !== "failed" || document.version !== of.version) return null;
  return (
    <>
      {retrying.error !== null && <Problem error={retrying.error} />}
      <Button look="main" icon="retry" busy={retrying.isPending} onClick={() => retrying.mutate(document)}>
        Retry the document
      </Button>
    </>
  );
}

export function RedriveLetter({ run }: { run: RunDetail }) {
  const mayOperate = useMay("operate");
  const { data, error } = useDeadLetters();
  const [choice, setChoice] = useState<Choice | null>(null);
  const letters = (data?.queues ?? []).flatMap((queue) =>
    queue.letters
      .filter((letter) => letter.execution_arn === run.execution_arn)
      .map((letter) => ({ branch: queue.branch, letter })),
  );
  if (error !== null) return <Problem error={error} />;
  return (
    <>
      {mayOperate &&
        letters.map(({ branch, letter }) => (
          <Button
            key={letter.message_id}
            look="main"
            icon="retry"
            onClick={() => setChoice({ branch, message_id: letter.message_id, called: "the letter of this run" })}
          >
            Redrive: {QUEUES[branch].label.toLowerCase()}
          </Button>
        ))}
      {data && letters.length === 0 && (
        <p className="max-w-xs text-sm text-soft">
          Its letter was redriven, or is not among the first hundred of its queue.
        </p>
      )}
      {choice && <RedriveDialog choice={choice} onClose={() => setChoice(null)} />}
    </>
  );
}
