// What became of a deletion, place by place.
import { useQuery } from "@tanstack/react-query";
import type { Document, Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { Badge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import type { Tone } from "../../words/status";
import { documentKey } from "./useDocument";

const PLACES: Record<string, string> = {
  index: "The vector index: passages",
  backups: "Backups of passages",
  source: "The content",
  artifacts: "Requests and what was made on the way",
  dead_letters: "Dead letters",
  logs: "Logs",
  executions: "Runs",
  record: "The record: title and metadata",
};
const STATES: Record<Schemas["RemovalState"], { label: string; tone: Tone }> = {
  removed: { label: "Removed", tone: "good" },
  under_way: { label: "Being removed", tone: "busy" },
  dead_lettered: { label: "Not removed: redrive it", tone: "bad" },
  failed: { label: "Not removed: retry it", tone: "bad" },
  expires: { label: "Goes by its age", tone: "plain" },
};

export function Removal({ document }: { document: Document }) {
  const { api } = useServices();
  const { data, error, isPending } = useQuery({
    queryKey: [...documentKey(document.doc_hash), "removal", document.version],
    queryFn: ({ signal }) =>
      answered(api.GET("/documents/{doc_hash}/removal", { params: { path: { doc_hash: document.doc_hash } }, signal })),
    staleTime: 0,
  });
  return (
    <Section title="What was removed, where and when">
      {isPending && <Loading what="what was removed" />}
      {error !== null && <Problem error={error} />}
      {data && (
        <>
          <p className="mb-3 text-soft">
            Deleted <Time at={data.deleted_at} />. Since then no search shows anything of it.
          </p>
          <ul className="grid gap-3">
            {data.places.map((place) => (
              <PlaceLine key={place.place} place={place} />
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

function PlaceLine({ place }: { place: Schemas["RemovalPlace"] }) {
  const { label, tone } = STATES[place.state];
  return (
    <li className="border-t border-line pt-3 first:border-0 first:pt-0">
      <p className="flex flex-wrap items-center gap-2">
        <span className="font-medium">{PLACES[place.place] ?? place.place}</span>
        <Badge tone={tone}>{label}</Badge>
        {place.removed_at && (
          <span className="text-sm text-soft">
            <Time at={place.removed_at} />
          </span>
        )}
      </p>
      <p className="text-sm text-soft">
        {place.why}
        {place.copies_until && (
          <>
            {"; a copy may remain until "}
            <Time at={place.copies_until} />
          </>
        )}
      </p>
    </li>
  );
}
