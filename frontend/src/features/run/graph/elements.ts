// Nodes and edges as React Flow takes them, of a graph and where its parts go.
import type { Edge, Node } from "@xyflow/react";
import type { Schemas } from "../../../api/client";
import type { GraphNode, PlacedEdge, Placement } from "./placement";

export type StateNodeType = Node<{ node: GraphNode; isAround: boolean; isChosen: boolean }, "state">;
export type RoutedEdgeType = Edge<{ placed: PlacedEdge; taken: boolean }, "routed">;

type Graph = Schemas["RunGraph"];

export function nodesOf(graph: Graph, placement: Placement, chosen: string | null): StateNodeType[] {
  const around = new Set(graph.nodes.map((node) => node.parent));
  return graph.nodes.flatMap((node) => {
    const box = placement.boxes.get(node.id);
    if (!box) return [];
    const { x, y, width, height, depth } = box;
    return {
      id: node.id,
      type: "state" as const,
      position: { x, y },
      width,
      height,
      // Known already: without it React Flow forgets, with each new state of the run, where edges may end.
      measured: { width, height },
      zIndex: depth * 2 + 1,
      data: { node, isAround: around.has(node.id), isChosen: node.id === chosen },
    };
  });
}

export function edgesOf(graph: Graph, placement: Placement): RoutedEdgeType[] {
  const entered = new Set(graph.nodes.filter((node) => node.entered > 0).map((node) => node.id));
  return placement.edges.map((placed) => ({
    id: placed.id,
    type: "routed" as const,
    source: placed.source,
    target: placed.target,
    zIndex: placed.depth * 2,
    data: { placed, taken: entered.has(placed.source) && entered.has(placed.target) },
  }));
}
