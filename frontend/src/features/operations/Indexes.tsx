// The vector indexes: which one is written to, what each serves, and which may go.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { useMay, useServices } from "../../app/services";
import { Button } from "../../design/Button";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { Badge } from "../../design/StatusBadge";
import { Time } from "../../design/Time";
import { many } from "../../words/number";
import type { Tone } from "../../words/status";
import { StartDialog } from "./StartDialog";
import { INDEXES, useIndexes } from "./useIndexes";

type Index = Schemas["IndexEntry"];

const STATES: Record<Schemas["IndexState"], { label: string; tone: Tone; means: string }> = {
  live: { label: "In use", tone: "good", means: "Documents are served from it, or may be." },
  retiring: { label: "Retiring", tone: "busy", means: "It is being given up: nothing is written to it any more." },
  retired: {
    label: "Retired",
    tone: "plain",
    means: "Nothing is served from it. It can be deleted, and is never used again.",
  },
};

export function Indexes() {
  const list = useIndexes();
  const mayOperate = useMay("operate");
  const [asked, setAsked] = useState<Index | null>(null);
  return (
    <Section title="Vector indexes">
      <p className="text-soft">Each has one model and one chunking. What is sent is written to the deployment's own.</p>
      {list.isPending && <Loading what="indexes" />}
      {list.error !== null && <Problem error={list.error} />}
      {!list.isPending && list.indexes.length === 0 && list.error === null && (
        <p className="mt-3">There is none yet: the first document that is indexed makes its card.</p>
      )}
      <ul className="mt-2 grid gap-3">
        {list.indexes.map((index) => (
          <IndexLine
            key={index.name}
            index={index}
            isDeployed={index.name === list.deployed}
            documents={`${list.isWhole ? "" : "at least "}${many(list.documents[index.name] ?? 0, "document")}`}
            onDelete={mayOperate && index.state === "retired" ? () => setAsked(index) : null}
          />
        ))}
      </ul>
      {!list.isWhole && (
        <Button className="mt-3" busy={list.isCounting} onClick={list.countOn}>
          Count on
        </Button>
      )}
      {asked && <AskToDelete index={asked} onClose={() => setAsked(null)} />}
    </Section>
  );
}

interface LineProps {
  index: Index;
  isDeployed: boolean;
  documents: string;
  onDelete: (() => void) | null;
}

function IndexLine({ index, isDeployed, documents, onDelete }: LineProps) {
  const { label, tone, means } = STATES[index.state];
  return (
    <li className="border-t border-line pt-2">
      <div className="flex flex-wrap items-center gap-2">
        <span className="font-medium break-all">{index.name}</span>
        <Badge tone={tone} title={means}>
          {label}
        </Badge>
        {isDeployed && <span className="text-sm text-soft">the deployment's own</span>}
        {onDelete && (
          <Button look="danger" icon="trash" className="ml-auto" aria-label={`Delete ${index.name}`} onClick={onDelete}>
            Delete
          </Button>
        )}
      </div>
      <p className="text-sm">Serves {documents}</p>
      <p className="text-sm text-soft">
        {index.model}, {index.dimension} dimensions, passages of {index.chunk_max_tokens} tokens, of which{" "}
        {index.chunk_overlap_tokens} overlap; {index.analyser_version === 0 ? "no keywords" : "with keywords"}; made{" "}
        <Time at={index.created_at} />
      </p>
    </li>
  );
}

function AskToDelete({ index, onClose }: { index: Index; onClose(): void }) {
  const { api } = useServices();
  const client = useQueryClient();
  const start = async () => {
    await answered(api.DELETE("/indexes/{name}", { params: { path: { name: index.name } } }));
    await client.invalidateQueries({ queryKey: INDEXES });
  };
  return (
    <StartDialog
      title={`Delete the index ${index.name}?`}
      cost="It costs nothing; what it stored is not paid any more."
      action="Delete"
      danger
      start={start}
      done="The index is deleted, or will be within some minutes"
      onClose={onClose}
    >
      <p>It is deleted with everything in it. Nothing is served from it, and it cannot be brought back.</p>
    </StartDialog>
  );
}
