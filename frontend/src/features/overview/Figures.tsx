// How it goes: freshness, throughput, queues and the fleet, over the last hour.
import { Link } from "wouter";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { Time } from "../../design/Time";
import { type Figure, FLEET, figure, fleetOf, type Summary, said } from "../../figures/figures";
import { shapeOf } from "../../figures/shape";
import { useFigures } from "../../figures/useFigures";

const MINUTES = 60;
const LINE = { width: 120, height: 28 };

interface Shown {
  label: string;
  name: Figure["name"];
  of?: string;
  /** Whether the whole hour is told, not the newest value. */
  whole?: boolean;
}

const SHOWN: Shown[] = [
  { label: "Indexed in the last hour", name: "documents_indexed", whole: true },
  { label: "Failed in the last hour", name: "documents_failed", whole: true },
  { label: "From webhook to search, half of them", name: "freshness_p50" },
  { label: "From webhook to search, 95 of 100", name: "freshness_p95" },
  { label: "Passages embedded", name: "passages_per_second" },
  { label: "Searches in the last hour", name: "requests", of: "search", whole: true },
  { label: "A search, 95 of 100", name: "duration_p95", of: "search" },
  { label: "Errors of the service", name: "server_error_rate", of: "all", whole: true },
];

export function Figures() {
  const { data, error, isPending } = useFigures(MINUTES);
  return (
    <Section
      title="How it goes"
      action={
        data && (
          <span className="text-sm text-soft">
            As of <Time at={data.as_of} />,{" "}
            <Link href="/performance" className="text-accent underline">
              more figures
            </Link>
          </span>
        )
      }
    >
      {isPending && <Loading what="figures" />}
      {error !== null && <Problem error={error} />}
      {data === null && (
        <p className="text-soft">
          Freshness, throughput and the fleet are not shown: this deployment has no <code>GET /metrics/summary</code>.
        </p>
      )}
      {data && <Known summary={data} />}
    </Section>
  );
}

function Known({ summary }: { summary: Summary }) {
  return (
    <>
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-4 sm:grid-cols-2 lg:grid-cols-4">
        {SHOWN.map((shown) => {
          const found = figure(summary, shown.name, shown.of ?? null);
          return found && <FigureLine key={shown.label} shown={shown} figure={found} />;
        })}
      </ul>
      <p className="mt-4">
        <span className="font-medium">Fleet of embedding instances: </span>
        {FLEET[fleetOf(summary)]}
      </p>
    </>
  );
}

function FigureLine({ shown, figure: { points, latest, overall, unit, missing } }: { shown: Shown; figure: Figure }) {
  const value = shown.whole ? overall : latest;
  return (
    <li>
      <p className="text-sm text-soft">{shown.label}</p>
      {value === null ? (
        <p className="text-sm first-letter:uppercase">{missing ?? "not known yet"}</p>
      ) : (
        <div className="flex items-end gap-3">
          <span className="text-xl font-semibold whitespace-nowrap tabular-nums">{said(value, unit)}</span>
          <svg
            aria-hidden="true"
            viewBox={`0 -1 ${LINE.width} ${LINE.height + 2}`}
            className="h-7 min-w-0 flex-1 text-accent"
          >
            {shapeOf(points, LINE.width, LINE.height).lines.map((line) => (
              <polyline key={line} points={line} fill="none" stroke="currentColor" strokeWidth="1.5" />
            ))}
          </svg>
        </div>
      )}
    </li>
  );
}
