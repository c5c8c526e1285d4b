// A chart of one to five lines on one scale, with what each is below it. The pointer shows the values at a time.
import { type PointerEvent, useState } from "react";
import { classes } from "../../design/classes";
import { type Summary, said } from "../../figures/figures";
import { highest, shapeOf } from "../../figures/shape";
import { clock } from "../../words/time";
import { described, startOf } from "./described";
import { type Line, type Panel, toldValue } from "./panels";

const BOX = { width: 320, height: 88 };
/** Lines are told apart by their dashes too, not by colour alone. */
const LOOKS = [
  { colour: "text-accent", dashes: undefined },
  { colour: "text-busy", dashes: "6 3" },
  { colour: "text-warn", dashes: "2 3" },
  { colour: "text-bad", dashes: "8 3 2 3" },
  { colour: "text-soft", dashes: "1 2" },
];
const PLAIN = { colour: "text-soft", dashes: undefined };

export function Chart({ panel, summary }: { panel: Panel; summary: Summary }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const points = panel.lines.flatMap((line) => line.figure.points);
  const most = highest(points);
  const unit = panel.lines[0]?.figure.unit ?? "count";
  const last = (panel.lines[0]?.figure.points.length ?? 1) - 1;
  const place = pointed === null ? null : Math.min(pointed, last);
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setPointed(Math.min(Math.max(Math.round(((event.clientX - left) / width) * last), 0), last));
  };
  return (
    <figure className="min-w-0">
      <figcaption className="flex flex-wrap justify-between gap-x-3 text-sm">
        <span className="font-medium">{panel.title}</span>
        <span className="text-soft tabular-nums">
          {place === null ? panel.told : `at ${clock(startOf(summary, place))}`}
        </span>
      </figcaption>
      {most !== null && (
        <div className="mt-1">
          <p aria-hidden="true" className="text-xs text-soft tabular-nums">
            {said(most, unit)}
          </p>
          <svg
            role="img"
            aria-label={described(panel, summary)}
            viewBox={`0 -2 ${BOX.width} ${BOX.height + 4}`}
            className="block w-full touch-pan-y"
            onPointerMove={point}
            onPointerLeave={() => setPointed(null)}
          >
            <path d={`M0 ${BOX.height}H${BOX.width}M0 0H${BOX.width}`} className="text-line" stroke="currentColor" />
            {place !== null && (
              <path
                d={`M${(place / Math.max(1, last)) * BOX.width} 0V${BOX.height}`}
                className="text-edge"
                stroke="currentColor"
              />
            )}
            {panel.lines.map((line, index) => (
              <Drawn key={line.label} line={line} most={most} look={LOOKS[index] ?? PLAIN} />
            ))}
          </svg>
          <p aria-hidden="true" className="flex justify-between text-xs text-soft tabular-nums">
            <span>{clock(summary.since)}</span>
            <span>{clock(summary.until)}</span>
          </p>
        </div>
      )}
      {most === null && <Unmeasured panel={panel} />}
      <ul className="mt-1 grid gap-0.5 text-sm">
        {panel.lines.map((line, index) => (
          <Legend
            key={line.label}
            line={line}
            look={LOOKS[index] ?? PLAIN}
            value={place === null ? toldValue(line, panel.told) : (line.figure.points[place] ?? null)}
            isTold={place === null && most !== null}
          />
        ))}
      </ul>
    </figure>
  );
}

/** Why nothing of all lines is known; mostly it is the same of each. */
function Unmeasured({ panel }: { panel: Panel }) {
  const why = new Set(panel.lines.map(({ figure }) => figure.missing ?? "nobody says why"));
  return <p className="mt-1 text-sm first-letter:uppercase">{[...why].join("; ")}</p>;
}

type Look = (typeof LOOKS)[number];

function Drawn({ line, most, look }: { line: Line; most: number; look: Look }) {
  const { lines, dots } = shapeOf(line.figure.points, BOX.width, BOX.height, most);
  return (
    <g className={look.colour} stroke="currentColor" strokeWidth="1.75" fill="none">
      {lines.map((points) => (
        <polyline key={points} points={points} strokeDasharray={look.dashes} strokeLinejoin="round" />
      ))}
      {dots.map(({ x, y }) => (
        <circle key={x} cx={x} cy={y} r="1.75" fill="currentColor" stroke="none" />
      ))}
    </g>
  );
}

interface LegendProps {
  line: Line;
  look: Look;
  value: number | null;
  /** Whether it is told here why the line has no value. */
  isTold: boolean;
}

function Legend({ line, look, value, isTold }: LegendProps) {
  const { unit, missing } = line.figure;
  return (
    <li className="flex flex-wrap items-baseline gap-x-2">
      <svg aria-hidden="true" viewBox="0 0 20 8" className={classes("h-2 w-5 self-center", look.colour)}>
        <path d="M0 4H20" stroke="currentColor" strokeWidth="2" strokeDasharray={look.dashes} />
      </svg>
      <span className="text-soft first-letter:uppercase">{line.label}</span>
      {value === null ? (
        <span className="ml-auto text-right text-soft">{isTold && missing !== null ? missing : "not measured"}</span>
      ) : (
        <span className="ml-auto font-medium tabular-nums">{said(value, unit)}</span>
      )}
    </li>
  );
}
