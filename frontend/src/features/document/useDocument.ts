// The document as it is now: read anew when a live message says that it has changed.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Document } from "../../api/client";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { useLive, useWithdrawn } from "../../live/useLive";

/** The first part of the keys under which what belongs to a document is kept. */
export function documentKey(docHash: string): string[] {
  return ["document", docHash];
}

export function useDocument(docHash: string) {
  const { api } = useServices();
  const client = useQueryClient();
  const isWithdrawn = useWithdrawn();
  const key = documentKey(docHash);
  const found = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      answered(api.GET("/documents/{doc_hash}", { params: { path: { doc_hash: docHash } }, signal })),
    staleTime: 0,
  });
  useLive(`document:${docHash}`, {
    onMessage: (message) => {
      // What is kept of a deleted text goes at once, not after the next answer.
      if (message.operation === "DELETE") client.removeQueries({ queryKey: [...key, "content"] });
      void client.invalidateQueries({ queryKey: key });
    },
    onReload: () => void client.invalidateQueries({ queryKey: key }),
  });
  const stands =
    found.data !== undefined && !(found.data.operation !== "DELETE" && isWithdrawn(docHash, found.data.version));
  return { ...found, document: stands ? (found.data as Document) : undefined };
}
