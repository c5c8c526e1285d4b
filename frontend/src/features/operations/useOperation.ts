// The latest run of a kind of operation with its report, followed until it has ended: by live messages, or by asking where there
// is no connection.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem, answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { useLive, useLiveState } from "../../live/useLive";
import type { RunStatus, StateMachine } from "../../words/runs";

export const LOOK_MILLISECONDS = 3_000;
/** While messages come: one may be lost. */
const LOOK_LIVE_MILLISECONDS = 20_000;

interface Reported {
  id: string;
  status: RunStatus;
}

export interface Operation<Report extends Reported> {
  /** Null where none was ever run, or its report is not kept any more. */
  report: Report | null;
  /** When it began; null of one that was started here and is not listed yet. */
  beganAt: string | null;
  isPending: boolean;
  isRunning: boolean;
  error: unknown;
  /** Follow the one that was started just now. */
  follow(id: string): void;
}

export function useOperation<Report extends Reported>(
  machine: StateMachine,
  read: (id: string, signal: AbortSignal) => Promise<Report>,
): Operation<Report> {
  const { api } = useServices();
  const client = useQueryClient();
  const isLive = useLiveState() === "live";
  const [started, setStarted] = useState<string | null>(null);
  const latest = useQuery({
    queryKey: ["runs", "latest", machine],
    queryFn: async ({ signal }) => {
      const query = { state_machine: machine, limit: 1 };
      return (await answered(api.GET("/runs", { params: { query }, signal }))).runs[0] ?? null;
    },
  });
  const id = started ?? latest.data?.operation_id ?? null;
  const report = useQuery({
    queryKey: ["operation", machine, id],
    queryFn: async ({ signal }) => {
      if (id === null) return null;
      try {
        return await read(id, signal);
      } catch (error) {
        // Reports are kept for 30 days, runs for longer.
        if (error instanceof ApiProblem && error.status === 404) return null;
        throw error;
      }
    },
    enabled: id !== null,
    refetchInterval: (query) =>
      query.state.data?.status === "running" ? (isLive ? LOOK_LIVE_MILLISECONDS : LOOK_MILLISECONDS) : false,
  });
  useLive(id === null ? null : `operation:${id}`, {
    onMessage: () => void report.refetch(),
    onReload: () => void report.refetch(),
  });
  return {
    report: report.data ?? null,
    beganAt: latest.data && latest.data.operation_id === id ? latest.data.started_at : null,
    isPending: latest.isPending || (id !== null && report.isPending),
    isRunning: report.data?.status === "running",
    error: latest.error ?? report.error,
    follow: (given) => {
      setStarted(given);
      void client.invalidateQueries({ queryKey: ["runs", "latest", machine] });
    },
  };
}
