// Chooses a span of time.
import { classes } from "../design/classes";
import { CONTROL } from "../design/Field";
import { fromInput, type Span, type Timespan, toInput } from "./timespan";

const SPANS: Record<Span, string> = {
  all: "Any time",
  hour: "In the last hour",
  day: "In the last 24 hours",
  week: "In the last 7 days",
  between: "Between",
};

interface Props {
  /** What is of that time: `Began`. */
  label: string;
  timespan: Timespan;
  onChange(changed: Partial<Timespan>): void;
}

export function TimespanFilter({ label, timespan, onChange }: Props) {
  return (
    <>
      <label className="flex items-center gap-2">
        <span className="whitespace-nowrap">{label}</span>
        <select
          className={classes(CONTROL, "w-auto")}
          value={timespan.span}
          onChange={(event) => onChange({ span: event.target.value as Span, since: "", until: "" })}
        >
          {Object.entries(SPANS).map(([span, words]) => (
            <option key={span} value={span}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {timespan.span === "between" && (
        <>
          <TimeInput label="From" value={timespan.since} onChange={(since) => onChange({ since })} />
          <TimeInput label="Until" value={timespan.until} onChange={(until) => onChange({ until })} />
        </>
      )}
    </>
  );
}

function TimeInput({ label, value, onChange }: { label: string; value: string; onChange(value: string): void }) {
  return (
    <label className="flex items-center gap-2">
      {label}
      <input
        type="datetime-local"
        className={classes(CONTROL, "w-auto")}
        defaultValue={toInput(value)}
        key={value}
        // A time is whole once the field is left; while it is typed it is another one with each key.
        onBlur={(event) => event.target.value !== toInput(value) && onChange(fromInput(event.target.value))}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
    </label>
  );
}
