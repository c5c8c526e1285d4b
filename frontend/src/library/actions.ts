// What can be done to a document. Each is refused with 409 if the document has changed since it was shown.
import { useMemo } from "react";
import type { Api, Document } from "../api/client";
import { answered } from "../api/problems";
import { useServices } from "../app/services";
import type { Withdrawn } from "../live/withdrawn";

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
    retry: (document: Shown) =>
      answered(api.POST("/documents/{doc_hash}/retry", { params: { path: { doc_hash: document.doc_hash } } })),
  };
}

export function useDocumentActions() {
  const { api, withdrawn } = useServices();
  return useMemo(() => documentActions(api, withdrawn), [api, withdrawn]);
}
