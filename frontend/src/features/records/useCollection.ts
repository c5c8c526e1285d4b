// A collection as it is edited: loaded once, kept up by live messages, and what of it is being sent.
import { useCallback, useEffect, useRef, useState } from "react";
import { useServices } from "../../app/services";
import type { Message } from "../../live/connection";
import { useLive } from "../../live/useLive";
import { isUnderWay } from "../../words/status";
import type { Sent } from "./model/plan";
import { NOTHING, reloaded, type Table, withEntry, withStatus } from "./model/rows";
import { accepted } from "./service/accepted";
import { loadCollection, loadEntry } from "./service/load";
import { heard, type RowState, sendAll, senderOf } from "./service/sending";

export interface Reading {
  done: number;
  of: number;
}

export function useCollection(folder: string) {
  const { api, withdrawn } = useServices();
  const [table, setTable] = useState<Table>(NOTHING);
  const [states, setStates] = useState<ReadonlyMap<string, RowState>>(new Map());
  /** As which document a row was sent, by the row. */
  const [sentAs, setSentAs] = useState<ReadonlyMap<number, string>>(new Map());
  const [reading, setReading] = useState<Reading | null>({ done: 0, of: 0 });
  const [error, setError] = useState<unknown>(null);
  const [left, setLeft] = useState({ others: 0, isCut: false });
  const latest = useRef({ table, states });
  latest.current = { table, states };

  const load = useCallback(
    async (signal: AbortSignal) => {
      setError(null);
      setReading({ done: 0, of: 0 });
      try {
        const { entries, later, others, isCut } = await loadCollection(
          api,
          folder,
          (done, of) => setReading({ done, of }),
          signal,
        );
        if (signal.aborted) return;
        // What was deleted while it was read is not shown.
        const stays = entries.filter((entry) => !withdrawn.has(entry.docHash, entry.version));
        setTable((before) => reloaded(before, stays, later));
        setLeft({ others, isCut });
      } catch (problem) {
        if (!signal.aborted) setError(problem);
      } finally {
        if (!signal.aborted) setReading(null);
      }
    },
    [api, folder, withdrawn],
  );
  const begun = useRef<AbortController | null>(null);
  const reload = useCallback(() => {
    begun.current?.abort();
    begun.current = new AbortController();
    void load(begun.current.signal);
  }, [load]);
  useEffect(() => {
    reload();
    return () => begun.current?.abort();
  }, [reload]);

  /** The newest of what was told of documents: it may come before the answer to what it is about. */
  const told = useRef(new Map<string, Message>());
  const put = (docHash: string, change: (state: RowState | undefined) => RowState | undefined) =>
    setStates((before) => {
      const state = change(before.get(docHash));
      return state === undefined || state === before.get(docHash) ? before : new Map(before).set(docHash, state);
    });
  const lookAt = (docHash: string) => {
    loadEntry(api, folder, docHash).then((found) => {
      if (found === "later") return;
      const stays = found !== null && !withdrawn.has(docHash, found.version);
      setTable((before) => withEntry(before, docHash, stays ? found : null));
    }, setError);
  };
  useLive(`folder:${folder}`, {
    onMessage: (message) => {
      const { doc_hash: docHash, version, status, operation } = message;
      const now = latest.current;
      told.current.set(docHash, message);
      put(docHash, (state) => heard(state, message));
      setTable((before) => withStatus(before, docHash, version, status));
      const known = now.table.rows.find(({ entry }) => entry?.docHash === docHash)?.entry;
      // Nothing of a deleted record is shown, whoever deleted it.
      if (operation === "DELETE") return setTable((before) => withEntry(before, docHash, null));
      // It is in a folder below this one.
      if (known === undefined && message.folder !== folder) return;
      const isNewer = version > (known?.version ?? 0) && !isUnderWay(status);
      if (isNewer && !isOwn(now.states.get(docHash), version)) lookAt(docHash);
    },
    onReload: reload,
  });

  const send = (steps: readonly Sent[], expected: ReadonlyMap<string, number>) => {
    setStates(new Map());
    setSentAs(new Map(steps.map(({ row, docHash }) => [row.id, docHash])));
    return sendAll(senderOf(api, folder), steps, expected, (step, state) => {
      const message = told.current.get(step.docHash);
      put(step.docHash, () => (message ? heard(state, message) : state));
      // Somebody was faster: what was told meanwhile is looked at now.
      if (state.is === "not sent") lookAt(step.docHash);
      if (state.is !== "sent") return;
      if (step.kind === "deleted") withdrawn.add(step.docHash, state.version);
      setTable((before) => {
        const now = accepted(before, folder, step, state.version);
        return message ? withStatus(now, step.docHash, message.version, message.status) : now;
      });
    });
  };

  return { table, setTable, states, sentAs, reading, error, left, reload, send };
}

/** Whether the state is that of a version that was sent here. */
function isOwn(state: RowState | undefined, version: number): boolean {
  return state?.is === "sending" || (state?.is === "sent" && version <= state.version);
}
