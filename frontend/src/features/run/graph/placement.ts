// Where the graph's nodes and edges go: to the shape that ELK takes, and from what it answers. Pure; ELK itself is in `elk.ts`.
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import type { Schemas } from "../../../api/client";

export type Graph = Pick<Schemas["RunGraph"], "nodes" | "edges">;
export type GraphNode = Schemas["GraphNode"];

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number;
  /** How many states are around it. */
  depth: number;
}

export interface PlacedEdge {
  id: string;
  source: string;
  target: string;
  kind: Schemas["EdgeKind"];
  /** The whole condition, or errors; empty is none. */
  label: string;
  points: Point[];
  /** The upper left of the label. */
  labelAt: Point | null;
  depth: number;
}

export interface Placement {
  boxes: Map<string, Box>;
  edges: PlacedEdge[];
}

export const NODE = { width: 176, height: 48 };
export const LABEL_CHARACTERS = 26;
const LABEL = { character: 6.2, height: 16 };
const HEADER = 44;

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.spacing.nodeNodeBetweenLayers": "36",
  "elk.spacing.nodeNode": "28",
  "elk.spacing.edgeNode": "16",
  "elk.layered.spacing.edgeNodeBetweenLayers": "14",
  // The order of the definition is the one that people know.
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
};

/** A label as it is drawn. */
export function shortened(label: string): string {
  return label.length <= LABEL_CHARACTERS ? label : `${label.slice(0, LABEL_CHARACTERS - 1)}…`;
}

/** What ELK lays out. An edge stays within the Parallel or the Map that both of its ends are in, so each is in that one. */
export function toElk(graph: Graph): ElkNode {
  const parents = new Map(graph.nodes.map((node) => [node.id, node.parent]));
  const inside = (parent: string | null): Pick<ElkNode, "children" | "edges"> => ({
    children: graph.nodes.filter((node) => node.parent === parent).map((node) => elkNode(node)),
    edges: graph.edges
      .map((edge, index) => ({ edge, index }))
      .filter(({ edge }) => (parents.get(edge.source) ?? null) === parent)
      .map(({ edge, index }) => elkEdge(index, edge)),
  });
  const elkNode = (node: GraphNode): ElkNode => {
    const content = inside(node.id);
    if (content.children?.length === 0) return { id: node.id, ...NODE };
    const padding = `[top=${HEADER},left=16,bottom=16,right=16]`;
    // Wide enough for its own header.
    const least = `(${NODE.width}, ${NODE.height})`;
    const layoutOptions = {
      ...OPTIONS,
      "elk.padding": padding,
      "elk.nodeSize.constraints": "MINIMUM_SIZE",
      "elk.nodeSize.minimum": least,
    };
    return { id: node.id, layoutOptions, ...content };
  };
  return { id: ".", layoutOptions: { ...OPTIONS, "elk.padding": "[top=8,left=8,bottom=8,right=8]" }, ...inside(null) };
}

function elkEdge(index: number, edge: Graph["edges"][0]): ElkExtendedEdge {
  const text = shortened(edge.label);
  const labels = text === "" ? [] : [{ text, width: text.length * LABEL.character, height: LABEL.height }];
  return { id: `${index}`, sources: [edge.source], targets: [edge.target], labels };
}

/** Places as distances from the graph's upper left. */
export function fromElk(root: ElkNode, graph: Graph): Placement {
  const boxes = new Map<string, Box>();
  const edges: PlacedEdge[] = [];
  const visit = (holder: ElkNode, origin: Point, depth: number) => {
    for (const edge of holder.edges ?? []) {
      const given = graph.edges[Number(edge.id)];
      const section = edge.sections?.[0];
      if (!given || !section) continue;
      const label = edge.labels?.[0];
      const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
      edges.push({
        ...given,
        id: edge.id,
        points: points.map((point) => moved(point, origin)),
        labelAt: label ? moved({ x: label.x ?? 0, y: label.y ?? 0 }, origin) : null,
        depth,
      });
    }
    for (const child of holder.children ?? []) {
      const at = moved({ x: child.x ?? 0, y: child.y ?? 0 }, origin);
      boxes.set(child.id, { ...at, width: child.width ?? 0, height: child.height ?? 0, depth });
      visit(child, at, depth + 1);
    }
  };
  visit(root, { x: 0, y: 0 }, 0);
  return { boxes, edges };
}

function moved(point: Point, origin: Point): Point {
  return { x: point.x + origin.x, y: point.y + origin.y };
}

const ROUND = 8;

/** The path of an SVG through the points, with round corners. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  const parts = [`M${first.x},${first.y}`];
  let from = first;
  rest.forEach((corner, index) => {
    const next = rest[index + 1];
    if (next === undefined) parts.push(`L${corner.x},${corner.y}`);
    else {
      const round = Math.min(ROUND, distance(from, corner) / 2, distance(corner, next) / 2);
      const before = towards(corner, from, round);
      const after = towards(corner, next, round);
      parts.push(`L${before.x},${before.y} Q${corner.x},${corner.y} ${after.x},${after.y}`);
    }
    from = corner;
  });
  return parts.join(" ");
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function towards(from: Point, to: Point, by: number): Point {
  const whole = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * by) / whole, y: from.y + ((to.y - from.y) * by) / whole };
}
