// Edits of what is said of a document. One that was made on an older version than the latest is refused, and nothing is lost.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Document, Schemas } from "../../api/client";
import { ApiProblem, answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { useNotice } from "../../design/Notices";
import { documentKey } from "./useDocument";

export type Change = Omit<Schemas["Edit"], "expected_version" | "origin">;

export function useEdit(document: Document, onSaved: () => void) {
  const { api } = useServices();
  const client = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: ({ change, version }: { change: Change; version: number }) =>
      answered(
        api.PATCH("/documents/{doc_hash}", {
          params: { path: { doc_hash: document.doc_hash } },
          body: { ...change, expected_version: version },
        }),
      ),
    onSuccess: (accepted) => {
      notice(accepted.status === "unchanged" ? "It was so already" : `Saved as version ${accepted.version}`);
      onSaved();
    },
    // Also after a conflict: what is there now is what has to be decided on.
    onSettled: () => client.invalidateQueries({ queryKey: documentKey(document.doc_hash) }),
  });
}

export function isConflict(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 409;
}
