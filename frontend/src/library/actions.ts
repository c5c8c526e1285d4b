// What can be done to a document. Each is refused with 409 if the document has changed since it was shown.
import { useMemo } from "react";
import type { Api, Document } from "../api/client";
import { answered } from "../api/problems";
import { useServices } from "../app/services";
import type { Withdrawn } from "../live/withdrawn";
import type { Value } from "./metadata";

/** What an action has to know of a document. */
export type Shown = Pick<Document, "doc_hash" | "title" | "folder" | "status" | "version">;

export function documentActions(api: Api, withdrawn: Withdrawn) {
  return {
    move: (document: Shown, folder: string) =>
      answered(
        api.PATCH("/documents/{doc_hash}", {
          params: { path: { doc_hash: document.doc_hash } },
          body: { folder, expected_version: document.version },
        }),
      ),
    remove: async (document: Shown) => {
      const accepted = await answered(
        api.POST("/webhook", {
          body: { operation: "DELETE", doc_hash: document.doc_hash, expected_version: document.version },
        }),
      );
      withdrawn.add(accepted.doc_hash, accepted.version);
      return accepted;
    },
    /** A merge patch: null removes an entry. */
    editMetadata: (document: Shown, metadata: Record<string, Value | null>) =>
      answered(
        api.PATCH("/documents/{doc_hash}", {
          params: { path: { doc_hash: document.doc_hash } },
          body: { metadata, expected_version: document.version },
        }),
      ),
    /** Whether its metadata has an entry of this name; lists do not say. */
    hasEntry: async (document: Shown, name: string) => {
      const path = { doc_hash: document.doc_hash };
      const { metadata } = await answered(api.GET("/documents/{doc_hash}", { params: { path } }));
      return Object.hasOwn(metadata, name);
    },
    retry: (document: Shown) =>
      answered(api.POST("/documents/{doc_hash}/retry", { params: { path: { doc_hash: document.doc_hash } } })),
  };
}

export function useDocumentActions() {
  const { api, withdrawn } = useServices();
  return useMemo(() => documentActions(api, withdrawn), [api, withdrawn]);
}
