// ELK in a worker of its own, so that the page goes on while it lays a graph out. Loaded with the first graph.
import ELK from "elkjs/lib/elk-api";
import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import { fromElk, type Graph, type Placement, toElk } from "./placement";

let elk: InstanceType<typeof ELK> | undefined;

export async function place(graph: Graph): Promise<Placement> {
  elk ??= new ELK({ workerUrl });
  return fromElk(await elk.layout(toElk(graph)), graph);
}
