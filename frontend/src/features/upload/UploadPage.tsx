// Upload: drop, pick or paste files; see what becomes of each, until search finds it.
import { useMemo, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { classes } from "../../design/classes";
import { useNotice } from "../../design/Notices";
import type { Gathered } from "../../uploads/gather";
import { useUploads } from "../../uploads/useUploads";
import { Intake } from "./Intake";
import { PastedText } from "./PastedText";
import { Progress } from "./Progress";
import { TargetForm } from "./TargetForm";
import { addressOf, problemsOf, targetOf } from "./target";
import { UploadList } from "./UploadList";
import { useDrops } from "./useDrops";

export default function UploadPage() {
  const [, go] = useLocation();
  const search = useSearch();
  const target = useMemo(() => targetOf(search), [search]);
  const problems = problemsOf(target);
  const notice = useNotice();
  const { queue, uploads } = useUploads();
  const [pasted, setPasted] = useState<string | null>(null);

  const take = (gathered: readonly Gathered[]) => {
    if (gathered.length === 0) notice("There are no files in it");
    else if (Object.keys(problems).length > 0) notice("Nothing was taken: mend where files go, and drop them again");
    else queue.add(gathered, target);
  };
  const { over, gathering, takeLater } = useDrops(take, setPasted);
  const isEmpty = uploads.rows.length === 0;

  return (
    <section
      className={classes(
        "flex min-h-0 flex-1 flex-col",
        // All of the page scrolls while there is no list, which scrolls by itself.
        isEmpty && "overflow-y-auto",
        over && "outline-3 -outline-offset-3 outline-accent",
      )}
    >
      <header className="grid gap-3 border-b border-line bg-card px-4 py-3">
        <h1 className={isEmpty ? "text-xl font-semibold" : "sr-only"}>Upload</h1>
        <TargetForm
          target={target}
          problems={problems}
          atOnce={!uploads.paused}
          onChange={(changed) => go(addressOf({ ...target, ...changed }), { replace: true })}
          onAtOnce={(atOnce) => (atOnce ? queue.resume() : queue.pause())}
        />
        <Intake large={isEmpty} over={over} gathering={gathering} onPicked={takeLater} onText={() => setPasted("")} />
      </header>
      {!isEmpty && (
        <>
          <Progress uploads={uploads} queue={queue} />
          <UploadList uploads={uploads} queue={queue} />
        </>
      )}
      {pasted !== null && (
        <PastedText
          text={pasted}
          onClose={() => setPasted(null)}
          onAdd={(file) => {
            setPasted(null);
            take([{ path: file.name, root: null, file }]);
          }}
        />
      )}
    </section>
  );
}
