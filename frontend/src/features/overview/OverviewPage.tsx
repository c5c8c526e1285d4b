// The overview: what is in, what is on its way, what failed and what to press, and how it goes.
import { Attention } from "./Attention";
import { Figures } from "./Figures";
import { NewestChanges } from "./NewestChanges";
import { OnTheWay } from "./OnTheWay";
import { Standing } from "./Standing";

export default function OverviewPage() {
  return (
    <div className="mx-auto grid w-full max-w-[110rem] grid-cols-[minmax(0,1fr)] gap-4 p-4">
      <h1 className="text-2xl font-semibold">Overview</h1>
      <Standing />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-2 lg:grid-rows-[auto_1fr] 2xl:grid-cols-3 2xl:grid-rows-1">
        <Attention />
        <OnTheWay />
        <div className="lg:col-start-2 lg:row-span-2 lg:row-start-1 2xl:col-start-3 2xl:row-span-1">
          <NewestChanges />
        </div>
      </div>
      <Figures />
    </div>
  );
}
