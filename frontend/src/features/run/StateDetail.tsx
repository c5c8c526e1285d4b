// What a state was given and made, and each attempt with what it failed with. What is cut is read as a whole by request.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { Problem } from "../../design/States";
import { Badge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import { count } from "../../words/number";
import { STATE_STATUS } from "../../words/runs";
import { duration } from "../../words/time";
import { type Part, placesOf, type RunDetail, type RunState } from "./history";
import { EVENTS, runKey } from "./useRun";

type Text = Schemas["HistoryText"];

export function StateDetail({ run, state, parts }: { run: RunDetail; state: RunState; parts: readonly Part[] }) {
  const { label, tone, means } = STATE_STATUS[state.status];
  const places = placesOf(parts, state.id);
  const inPart = (whole: RunDetail) => whole.states.find((each) => each.id === state.id);
  return (
    <Section title={state.name}>
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={tone}>{label}</Badge>
        <span className="text-sm text-soft">{means}</span>
      </p>
      <dl className="mt-3 grid grid-cols-[minmax(5rem,auto)_1fr] gap-x-4 gap-y-1 text-sm">
        <Fact name="Type">{state.type}</Fact>
        <Fact name="Entered">
          <Time at={state.entered_at} />
        </Fact>
        {state.working_seconds !== null && <Fact name="At work">{duration(state.working_seconds)}</Fact>}
        {state.waiting_seconds !== null && <Fact name="Waiting">{duration(state.waiting_seconds)}</Fact>}
        {state.message_id !== null && (
          <Fact name="Message">
            <code className="break-all">{state.message_id}</code>
          </Fact>
        )}
      </dl>
      <Attempts attempts={state.attempts} />
      <TextView
        title="Input"
        of={state.name}
        text={state.input}
        run={run}
        cursor={places?.input ?? null}
        whole={(detail) => inPart(detail)?.input ?? null}
      />
      <TextView
        title="Output"
        of={state.name}
        text={state.output}
        run={run}
        cursor={places?.output ?? null}
        whole={(detail) => inPart(detail)?.output ?? null}
      />
    </Section>
  );
}

/** What the run itself was given, and what it made. */
export function RunTexts({ run }: { run: RunDetail }) {
  if (run.input === null && run.output === null) return null;
  return (
    <Section title="The whole run">
      <TextView
        title="Input"
        of="the whole run"
        text={run.input}
        run={run}
        cursor={null}
        whole={(detail) => detail.input}
      />
      <TextView
        title="Output"
        of="the whole run"
        text={run.output}
        run={run}
        cursor={null}
        whole={(detail) => detail.output}
      />
    </Section>
  );
}

function Attempts({ attempts }: { attempts: RunState["attempts"] }) {
  if (attempts.every((attempt) => attempt.error === null) && attempts.length < 2) return null;
  return (
    <ol aria-label="Attempts" className="mt-3 grid gap-2 text-sm">
      {attempts.map((attempt) => (
        <li key={attempt.number} className="border-t border-line pt-2">
          <p>
            Attempt {attempt.number}, <Time at={attempt.started_at ?? attempt.scheduled_at} />
            {attempt.error === null ? `: ${attempt.status.replace("_", " ")}` : `: ${attempt.error}`}
          </p>
          {attempt.cause && (
            <p className="break-words whitespace-pre-wrap text-soft">
              {attempt.cause.text}
              {attempt.cause.cut && "…"}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

interface TextProps {
  title: string;
  /** Whose it is: a page has several. */
  of: string;
  text: Text | null;
  run: RunDetail;
  /** Of the part of the history that has it. */
  cursor: string | null;
  /** Takes it out of that part, read as a whole. */
  whole(detail: RunDetail): Text | null;
}

function TextView({ title, of, text, run, cursor, whole }: TextProps) {
  const { api } = useServices();
  const [asked, setAsked] = useState(false);
  const found = useQuery({
    queryKey: [...runKey(run.id), "whole", cursor],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/runs/{id}", {
          params: {
            path: { id: run.id },
            query: { limit: EVENTS, whole: true, ...(cursor !== null && { cursor }) },
          },
          signal,
        }),
      ),
    enabled: asked && text?.cut === true,
    gcTime: 0,
  });
  if (text === null) return null;
  const shown = (asked && found.data && whole(found.data)) || text;
  return (
    <div className="mt-3">
      <div className="flex min-h-9 items-center justify-between gap-2">
        <h3 className="text-sm font-medium">{title}</h3>
        {shown.cut && !found.data && (
          <Button look="quiet" className="text-sm" busy={asked && found.isFetching} onClick={() => setAsked(true)}>
            Show all {count(text.length)} characters
          </Button>
        )}
      </div>
      {found.error !== null && <Problem error={found.error} />}
      <section
        aria-label={`${title} of ${of}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by keys
        tabIndex={0}
        className="max-h-80 overflow-auto rounded-lg bg-sunk p-2"
      >
        <pre className="text-xs break-words whitespace-pre-wrap">
          {pretty(shown)}
          {shown.cut && "…"}
        </pre>
      </section>
      {shown.cut && found.data && (
        <p className="text-sm text-soft">It is too long to be shown whole: Step Functions itself has it.</p>
      )}
    </div>
  );
}

function pretty(text: Text): string {
  if (text.cut) return text.text;
  try {
    return JSON.stringify(JSON.parse(text.text), null, 2);
  } catch {
    return text.text;
  }
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-soft">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
