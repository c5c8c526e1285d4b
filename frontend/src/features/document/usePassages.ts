// The passages that search knows of the document, in its order.
import { useQuery } from "@tanstack/react-query";
import type { Document, Schemas } from "../../api/client";
import { answered } from "../../api/problems";
import { useServices } from "../../app/services";
import { documentKey } from "./useDocument";

export type Passage = Schemas["ServedPassage"];

export interface Passages {
  version: number;
  count: number;
  /** The first ones; those without a backup are not among them. */
  passages: Passage[];
}

const PAGE = 100;
/** More than are in what is shown of a content. */
const PAGES_AT_MOST = 10;

export function usePassages(document: Document, isAsked: boolean) {
  const { api } = useServices();
  const { doc_hash, served_version } = document;
  return useQuery({
    // Below the content's key: what is kept of a deleted text goes together.
    queryKey: [...documentKey(doc_hash), "content", "passages", served_version],
    queryFn: async ({ signal }): Promise<Passages> => {
      const read = (start: number) =>
        answered(
          api.GET("/documents/{doc_hash}/passages", {
            params: { path: { doc_hash }, query: { start, limit: PAGE } },
            signal,
          }),
        );
      let page = await read(0);
      let { passages } = page;
      for (let pages = 1; page.next_start !== null && pages < PAGES_AT_MOST; pages++) {
        const next = await read(page.next_start);
        // Another version is served by now: a live message says so, and all is read anew.
        if (next.version !== page.version) break;
        page = next;
        passages = [...passages, ...page.passages];
      }
      return { version: page.version, count: page.count, passages };
    },
    enabled: isAsked && served_version > 0,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}
