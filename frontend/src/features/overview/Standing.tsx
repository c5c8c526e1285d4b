// How many documents stand how. Counting reads the whole table, so it is done anew at most every quarter of a minute.
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { Loading, Problem } from "../../design/States";
import { addressOf, FIRST } from "../../library/view";
import { useGathered } from "../../live/useGathered";
import { count } from "../../words/number";
import { STATUS, STATUSES } from "../../words/status";

const GATHERED_MILLISECONDS = 15_000;

export function Standing() {
  const { api } = useServices();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["counts"],
    queryFn: ({ signal }) => answered(api.GET("/counts", { signal })),
    staleTime: GATHERED_MILLISECONDS,
  });
  useGathered("documents", GATHERED_MILLISECONDS, () => void refetch());
  if (error !== null && data === undefined) return <Problem error={error} />;
  if (isPending || data === undefined) return <Loading what="the numbers of documents" />;
  const isEmpty = Object.values(data.documents).every((number) => number === 0);
  if (isEmpty) {
    return (
      <p className="rounded-xl border border-line bg-card px-4 py-3">
        There are no documents yet. Send some with the command <code>bloomweaver ingest</code>, or from your own system
        with <code>POST /webhook</code>.
      </p>
    );
  }
  return (
    <ul aria-label="Documents by status" className="grid grid-cols-2 gap-2 sm:grid-cols-4 xl:grid-cols-7">
      {STATUSES.map((status) => {
        const number = data.documents[status] ?? 0;
        return (
          <li key={status}>
            <Link
              href={addressOf({ ...FIRST, status })}
              title={STATUS[status].means}
              className="block rounded-xl border border-line bg-card px-4 py-3 hover:border-edge"
            >
              <span className="block text-2xl font-semibold tabular-nums">
                {data.incomplete.includes(status) && <span className="text-base font-normal">at least </span>}
                {count(number)}
              </span>
              <span className="text-soft">{STATUS[status].label}</span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
