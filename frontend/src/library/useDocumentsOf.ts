// The documents of one status in a folder and below it, the newest first, asked for anew some time after documents have changed.
import { useQuery } from "@tanstack/react-query";
import type { DocumentStatus } from "../api/client";
import { answered } from "../api/problems";
import { useServices } from "../app/services";
import { useGathered } from "../live/useGathered";
import { useWithdrawn } from "../live/useLive";
import { ROOT } from "./folderPath";

const GATHERED_MILLISECONDS = 1_500;

export function useDocumentsOf(status: DocumentStatus, limit: number, folder = ROOT) {
  const { api } = useServices();
  const isWithdrawn = useWithdrawn();
  const found = useQuery({
    queryKey: ["documents", "of", status, limit, folder],
    queryFn: ({ signal }) =>
      answered(api.GET("/documents", { params: { query: { folder, recursive: true, status, limit } }, signal })),
  });
  useGathered(folder === ROOT ? "documents" : `folder:${folder}`, GATHERED_MILLISECONDS, () => void found.refetch());
  return {
    documents: found.data?.documents.filter((each) => !isWithdrawn(each.doc_hash, each.version)) ?? [],
    /** Whether there are more than these. */
    hasMore: (found.data?.next_cursor ?? null) !== null,
    isPending: found.isPending,
    error: found.error,
  };
}
