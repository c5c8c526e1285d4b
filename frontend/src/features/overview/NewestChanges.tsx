// The newest changes, as they come.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { Section } from "../../design/Section";
import { Loading, Problem } from "../../design/States";
import { useLive, useWithdrawn } from "../../live/useLive";
import { DocumentLine } from "./DocumentLine";
import { type Line, withMessage } from "./newest";

const SHOWN = 10;
const KEY = ["documents", "newest"];

export function NewestChanges() {
  const { api } = useServices();
  const client = useQueryClient();
  const isWithdrawn = useWithdrawn();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }): Promise<readonly Line[]> => {
      const query = { folder: "/", recursive: true, sort: "time" as const, limit: SHOWN };
      return (await answered(api.GET("/documents", { params: { query }, signal }))).documents;
    },
  });
  useLive("documents", {
    onMessage: (message) =>
      client.setQueryData<readonly Line[]>(KEY, (lines) => lines && withMessage(lines, message, SHOWN)),
    onReload: () => void refetch(),
  });
  const lines = data?.filter((line) => line.operation === "DELETE" || !isWithdrawn(line.doc_hash, line.version));
  return (
    <Section
      title="Newest changes"
      action={
        <Link href="/documents" className="text-sm text-accent underline">
          All documents
        </Link>
      }
    >
      {isPending && <Loading what="the newest changes" />}
      {error !== null && <Problem error={error} />}
      {lines?.length === 0 && <p className="text-soft">Nothing has changed yet.</p>}
      <ul aria-label="Newest changes" className="grid gap-2">
        {lines?.map((line) => (
          <DocumentLine key={line.doc_hash} document={line} />
        ))}
      </ul>
    </Section>
  );
}
