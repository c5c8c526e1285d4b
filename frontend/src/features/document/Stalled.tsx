// What helps a document that nothing comes of any more.
import { useMutation } from "@tanstack/react-query";
import type { Document } from "../../api/client";
import { answered } from "../../api/problems";
import { useMay, useServices } from "../../app/services";
import { Button } from "../../design/Button";
import { useNotice } from "../../design/Notices";
import { Problem } from "../../design/States";
import { useNow } from "../../design/Time";
import { isStalled } from "../../words/progress";

export function Stalled({ document }: { document: Document }) {
  const { api } = useServices();
  const mayOperate = useMay("operate");
  const notice = useNotice();
  const now = useNow();
  const sweep = useMutation({
    mutationFn: () => answered(api.POST("/sweep")),
    onSuccess: ({ begun_anew, resent }) => notice(`The sweep has begun ${begun_anew} anew and sent ${resent} again`),
  });
  const { progress } = document;
  // Its runs are on this page; only the sweep is to be started.
  if (!progress || !isStalled(progress, now) || progress.press.action !== "sweep" || !mayOperate) return null;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button look="main" icon="retry" busy={sweep.isPending} onClick={() => sweep.mutate()}>
        Sweep now
      </Button>
      {sweep.error !== null && <Problem error={sweep.error} />}
    </div>
  );
}
