// Operations: what lies in the dead letter queues, and what looks after the library as a whole.
import { useMay } from "../../app/services";
import { Comparison } from "./Comparison";
import { DeadLetterQueues } from "./DeadLetterQueues";
import { Indexes } from "./Indexes";
import { Rebuild } from "./Rebuild";
import { Reindex } from "./Reindex";
import { Sweep } from "./Sweep";

export default function OperationsPage() {
  const mayOperate = useMay("operate");
  return (
    <div className="mx-auto grid w-full max-w-[110rem] grid-cols-[minmax(0,1fr)] gap-4 p-4">
      <header>
        <h1 className="text-2xl font-semibold">Operations</h1>
        {!mayOperate && <p className="text-soft">You may look at all of this. An administrator can start it.</p>}
      </header>
      <DeadLetterQueues />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-2 2xl:grid-cols-3">
        <Comparison />
        <Indexes />
        <Rebuild />
        <Reindex />
        <Sweep />
      </div>
    </div>
  );
}
