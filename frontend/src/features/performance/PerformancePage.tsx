// Performance: how long requests take and how many fail, how fresh search is, what waits and what is embedded, over a time.
import { useLocation, useSearch } from "wouter";
import { classes } from "../../design/classes";
import { CONTROL } from "../../design/Field";
import { Section } from "../../design/Section";
import { Empty, Failed, Loading, Problem } from "../../design/States";
import { Time } from "../../design/Time";
import { FLEET, fleetOf, type Summary } from "../../figures/figures";
import { useFigures } from "../../figures/useFigures";
import { Chart } from "./Chart";
import { type Group, otherGroups, routeGroups } from "./panels";
import { addressOf, minutesIn, SPANS } from "./view";

export default function PerformancePage() {
  const [, go] = useLocation();
  const minutes = minutesIn(useSearch());
  return (
    <div className="mx-auto grid w-full max-w-[110rem] grid-cols-[minmax(0,1fr)] gap-4 p-4">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-2xl font-semibold">Performance</h1>
        <label className="flex items-center gap-2 text-sm">
          <span className="whitespace-nowrap">Over the last</span>
          <select
            className={classes(CONTROL, "w-auto")}
            value={minutes}
            onChange={(event) => go(addressOf(Number(event.target.value)))}
          >
            {Object.entries(SPANS).map(([each, label]) => (
              <option key={each} value={each}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </header>
      <Figures minutes={minutes} />
    </div>
  );
}

function Figures({ minutes }: { minutes: number }) {
  const { data, error, isPending, refetch } = useFigures(minutes);
  if (isPending) return <Loading what="figures" />;
  if (data === undefined) return <Failed error={error} onRetry={() => void refetch()} />;
  if (data === null) {
    return (
      <Empty icon="performance" title="This deployment has no figures">
        It has no <code>GET /metrics/summary</code>: it is from before there was one.
      </Empty>
    );
  }
  return (
    <>
      <p className="-mt-2 text-sm text-soft">
        As of <Time at={data.as_of} />, a point for each {data.period_seconds === 60 ? "minute" : "five minutes"}; made
        anew once a minute. What breaks off was not measured.
      </p>
      {error !== null && <Problem error={error} />}
      <Known summary={data} />
    </>
  );
}

function Known({ summary }: { summary: Summary }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 2xl:grid-cols-2">
      {[...routeGroups(summary), ...otherGroups(summary)].map((group) => (
        <Panels key={group.title} group={group} summary={summary} />
      ))}
      <p className="2xl:col-span-2">
        <span className="font-medium">Fleet of embedding instances: </span>
        {FLEET[fleetOf(summary)]}
      </p>
    </div>
  );
}

function Panels({ group, summary }: { group: Group; summary: Summary }) {
  return (
    <Section title={group.title}>
      <p className="-mt-2 mb-3 text-sm text-soft">{group.about}</p>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-5 md:grid-cols-3">
        {group.panels.map((panel) => (
          <Chart key={panel.title} panel={panel} summary={summary} />
        ))}
      </div>
    </Section>
  );
}
