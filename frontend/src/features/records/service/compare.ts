// What the service says of steps before they are sent: what it has already, and what somebody else has changed meanwhile.
import type { Api, Schemas } from "../../../api/client";
import { answered } from "../../../api/problems";
import type { Step } from "../model/plan";

const AT_A_TIME = 100;

export interface Compared {
  /** Steps as they would be done. */
  steps: Step[];
  /** The version that each one to be sent is expected to meet, by document. */
  expected: Map<string, number>;
  /** Documents of which the service has a version that was not seen here. */
  overtaken: Set<string>;
}

/** Asks the service about at most a hundred documents. */
export type Asker = (documents: Schemas["CompareRequest"]["documents"]) => Promise<Schemas["Compared"][]>;

export function askerOf(api: Api): Asker {
  return async (documents) => (await answered(api.POST("/documents/compare", { body: { documents } }))).documents;
}

/** Throws what `ask` throws. */
export async function compared(ask: Asker, folder: string, steps: readonly Step[]): Promise<Compared> {
  const result: Compared = { steps: [], expected: new Map(), overtaken: new Set() };
  const asked = steps.filter((step) => step.kind === "created" || step.kind === "updated");
  const known = new Map<string, Schemas["Compared"]>();
  for (let start = 0; start < asked.length; start += AT_A_TIME) {
    const documents = asked.slice(start, start + AT_A_TIME).map((step) => ({
      doc_hash: step.docHash,
      content_sha256: step.sha256,
      ...saidOf(step, folder),
    }));
    for (const each of await ask(documents)) known.set(each.doc_hash, each);
  }
  for (const step of steps) {
    const { docHash } = step;
    const found = known.get(docHash);
    if (found?.unchanged) {
      result.steps.push({ kind: "unchanged", row: step.row, docHash, key: step.key });
      continue;
    }
    result.steps.push(step);
    if (step.kind === "created" && found !== undefined) {
      const isGone = found.version === 0 || found.status === "deleted" || found.status === "deleting";
      result.expected.set(docHash, found.version);
      // One that failed at first was never to be read; it is sent over.
      if (!isGone && found.status !== "failed") result.overtaken.add(docHash);
    } else if (step.kind === "updated" || step.kind === "deleted") {
      result.expected.set(docHash, step.entry.version);
      if (found !== undefined && found.version !== step.entry.version) result.overtaken.add(docHash);
    }
  }
  return result;
}

/** What is said of a record's document: of one that is there, what was said before. */
export function saidOf(step: Extract<Step, { kind: "created" | "updated" }>, folder: string) {
  const said = step.kind === "updated" ? step.entry.said : { title: step.key, metadata: {}, language: null };
  return { content_type: "application/json", folder, ...said };
}
