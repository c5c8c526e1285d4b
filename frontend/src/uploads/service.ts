// The API as uploads see it.
import type { Api, Schemas } from "../api/client";
import { answered } from "../api/problems";
import { type Delivery, deliver } from "./deliver";
import type { Standing } from "./rows";
import type { Source } from "./source";

export type Comparable = Source & { content_sha256: string };

export interface UploadService {
  /** Which of at most a hundred are known as they are, in their order. */
  compare(documents: Comparable[]): Promise<Schemas["Compared"][]>;
  deliver(delivery: Delivery): Promise<Schemas["Accepted"]>;
  /** Where a document stands now. */
  standing(docHash: string): Promise<Standing>;
}

export function uploadService(api: Api): UploadService {
  return {
    compare: async (documents) => (await answered(api.POST("/documents/compare", { body: { documents } }))).documents,
    deliver: (delivery) => deliver(api, delivery),
    standing: (docHash) => answered(api.GET("/documents/{doc_hash}", { params: { path: { doc_hash: docHash } } })),
  };
}
