// Times in words, and exactly.

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });

/** Such as `5 minutes ago`, from the milliseconds `now`. */
export function ago(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1000;
  // Clocks may be apart by some seconds; nothing here is of the future by so little.
  if (Math.abs(seconds) < 45) return "just now";
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length * 0.95) return RELATIVE.format(Math.round(seconds / length), unit);
  }
  return RELATIVE.format(Math.sign(seconds), "minute");
}

export function exactly(time: string): string {
  return EXACT.format(new Date(time));
}

/** The time of the day: `14:05`. */
export function clock(time: string): string {
  return CLOCK.format(new Date(time));
}

/** Such as `1.2 s`, `3 min 5 s`, `2 h 4 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`.replace(" 60 s", " 59 s");
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
