// Which figures stand together in a chart, and what each is called. docs/operations.md says what to make of them.
import { type Figure, figure, type Summary } from "../../figures/figures";
import { QUEUES } from "../../words/queues";

/** What a line's one value is: of the whole time, the mean of it, or the newest one. */
export type Told = "in all" | "on average" | "newest";

/** A chart: lines of one unit. */
export interface Panel {
  title: string;
  told: Told;
  lines: Line[];
}

export interface Line {
  label: string;
  figure: Figure;
}

export interface Group {
  title: string;
  about: string;
  panels: Panel[];
}

type Named = [label: string, name: Figure["name"], of?: string];

const ROUTES: [of: string, title: string, about: string][] = [
  [
    "all",
    "All requests",
    "What API Gateway counts, with what it refuses by itself; durations are how long callers waited.",
  ],
  ["search", "Search", "Searches, as functions answer them."],
  ["write", "Writing", "The webhook, uploads, edits, retries, comparisons, and what changes a chat."],
  ["read", "Reading", "Documents, folders, counts and chats."],
  ["live", "Live", "Tickets for live messages, and what changed."],
  ["operate", "Operating", "Runs, dead letters, figures, audit, and what is started."],
];

const WAITING: ReadonlyMap<string, string> = new Map([
  ["create", "New documents"],
  ["update", "Updates"],
  ["delete", "Deletions"],
  ["run_changes", "Lists of runs"],
]);
const DEAD_LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries(QUEUES).map(([queue, { label }]) => [queue, label]),
);

/** Requests by groups of routes, in their order. */
export function routeGroups(summary: Summary): Group[] {
  return ROUTES.map(([of, title, about]) => ({
    title,
    about,
    panels: [
      panel(summary, "Requests", "in all", [["requests", "requests", of]]),
      panel(summary, "Duration", "newest", [
        ["half of them", "duration_p50", of],
        ["95 of 100", "duration_p95", of],
        ["99 of 100", "duration_p99", of],
      ]),
      panel(summary, "Errors", "in all", [
        ["of callers (4xx)", "client_error_rate", of],
        ["of the service (5xx)", "server_error_rate", of],
      ]),
    ],
  })).filter((group) => group.panels.some(({ lines }) => lines.length > 0));
}

/** All else: freshness, throughput, queues, cache and fleet. */
export function otherGroups(summary: Summary): Group[] {
  return [
    {
      title: "Documents and freshness",
      about: "Freshness is the time from the webhook to what search shows, of what was published in each period.",
      panels: [
        panel(summary, "Freshness", "newest", [
          ["half of them", "freshness_p50"],
          ["95 of 100", "freshness_p95"],
        ]),
        panel(summary, "Gone through", "in all", [
          ["accepted", "documents_accepted"],
          ["indexed", "documents_indexed"],
          ["deleted", "documents_deleted"],
        ]),
        panel(summary, "In need of somebody", "in all", [
          ["incomplete", "documents_partial"],
          ["failed", "documents_failed"],
        ]),
      ],
    },
    {
      title: "Throughput",
      about: "What is embedded. Passages that are taken over unchanged are not in it.",
      panels: [
        panel(summary, "Passages", "on average", [["passages", "passages_per_second"]]),
        panel(summary, "Tokens", "on average", [["tokens", "tokens_per_second"]]),
        panel(summary, "Requests to the embedding service", "newest", [["full to", "batch_fill"]]),
      ],
    },
    {
      title: "Queues",
      about: "What waits, what is in work included, and what could not be done.",
      panels: [
        panel(summary, "Waiting", "newest", ofEach(summary, "queue_depth", WAITING)),
        panel(summary, "Age of the oldest", "newest", ofEach(summary, "queue_age", WAITING)),
        panel(summary, "Dead letters", "newest", ofEach(summary, "dead_letters", DEAD_LETTERS)),
      ],
    },
    {
      title: "Search cache and fleet",
      about: "Searches that were answered from what is kept of the same ones; instances that embed.",
      panels: [
        panel(summary, "From the cache", "in all", [["searches", "cache_hits"]]),
        panel(summary, "Share from the cache", "in all", [["of searches", "cache_hit_rate"]]),
        panel(summary, "Fleet of embedding instances", "newest", [
          ["in service", "fleet_in_service"],
          ["wanted", "fleet_desired"],
        ]),
      ],
    },
  ];
}

/** The one value that is told of a line; null where it is not known. */
export function toldValue({ figure: { overall, latest } }: Line, told: Told): number | null {
  return told === "newest" ? latest : overall;
}

function panel(summary: Summary, title: string, told: Told, named: Named[]): Panel {
  const lines = named.flatMap(([label, name, of]) => {
    const found = figure(summary, name, of ?? null);
    return found === null ? [] : [{ label, figure: found }];
  });
  return { title, told, lines };
}

/** A line for each queue that the figure is of. */
function ofEach(summary: Summary, name: Figure["name"], labels: ReadonlyMap<string, string>): Named[] {
  return summary.figures.flatMap((each): Named[] =>
    each.name === name && each.of !== null ? [[labels.get(each.of) ?? each.of, name, each.of]] : [],
  );
}
