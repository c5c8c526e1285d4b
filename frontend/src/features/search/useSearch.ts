// The hits, page by page. Nothing of an answer is kept: what is served may be another thing a moment later.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { useLive, useWithdrawn } from "../../live/useLive";
import { type Question, requestOf } from "./question";

export type Hit = Schemas["SearchHit"];
export type Answer = Schemas["SearchAnswer"];

export function useSearch(question: Question) {
  const { api } = useServices();
  const isWithdrawn = useWithdrawn();
  const [changes, setChanges] = useState(0);
  const request = requestOf(question);
  const found = useInfiniteQuery({
    queryKey: ["search", request],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      if (pageParam === null) setChanges(0);
      return answered(api.POST("/search", { body: { ...request, cursor: pageParam }, signal }));
    },
    getNextPageParam: (page) => page.cursor,
    enabled: question.query.trim() !== "",
    // The hits of before stay while those of the next letter are on their way.
    placeholderData: keepPreviousData,
    gcTime: 0,
    staleTime: 0,
  });
  const pages = found.data?.pages;
  const hits = useMemo(
    () => pages?.flatMap((page) => page.results).filter((hit) => !isWithdrawn(hit.doc_hash, hit.version)) ?? [],
    [pages, isWithdrawn],
  );
  useLive("documents", {
    onMessage: (message) => {
      // Of a document that is shown and has another version now, this one is not served any more.
      const isShown = hits.some((hit) => hit.doc_hash === message.doc_hash && message.indexed_version > hit.version);
      if (isShown) void found.refetch();
      else if (message.status === "indexed" && message.operation !== "DELETE") setChanges((number) => number + 1);
    },
    onReload: () => void found.refetch(),
  });
  return { ...found, hits, answer: pages?.[0], changes };
}
