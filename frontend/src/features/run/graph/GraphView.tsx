// The run's graph: its definition, with each state as it stands. For the mouse and the eye; the list of states beside it has
// the same for the keyboard and for screen readers.
import "@xyflow/react/dist/base.css";
import { useQuery } from "@tanstack/react-query";
import { Panel, ReactFlow, ReactFlowProvider, useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useMemo, useRef } from "react";
import type { Schemas } from "../../../api/client";
import { IconButton } from "../../../design/Button";
import { Loading, Problem } from "../../../design/States";
import { edgesOf, nodesOf } from "./elements";
import { place } from "./elk";
import type { Placement } from "./placement";
import { RoutedEdge } from "./RoutedEdge";
import { StateNode } from "./StateNode";

const NODE_TYPES = { state: StateNode };
const EDGE_TYPES = { routed: RoutedEdge };
const CLOSE = 0.9;
/** Of a run of which no state is to be looked at first: it is shown from its start. */
const FROM_START = 0.75;
const MARGIN = 24;

interface Props {
  graph: Schemas["RunGraph"];
  /** The state that is looked at, by its path. */
  chosen: string | null;
  /** What stands in the middle at first, and whenever it becomes another one: the failed state, or the one at work. */
  middle: string | null;
  onChoose(path: string): void;
}

export default function GraphView(props: Props) {
  const { graph } = props;
  const placed = useQuery({
    // A run's definition does not change.
    queryKey: ["placement", graph.id],
    queryFn: () => place(graph),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (placed.error !== null) return <Problem error={placed.error} />;
  if (placed.data === undefined) return <Loading what="the graph" />;
  return (
    <ReactFlowProvider>
      <Flow {...props} placement={placed.data} />
    </ReactFlowProvider>
  );
}

function Flow({ graph, chosen, middle, onChoose, placement }: Props & { placement: Placement }) {
  const nodes = useMemo(() => nodesOf(graph, placement, chosen), [graph, placement, chosen]);
  const edges = useMemo(() => edgesOf(graph, placement), [graph, placement]);
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const moved = useRef(false);
  const first = graph.nodes.find((node) => node.start && node.parent === null)?.id ?? null;
  const focus = placement.boxes.get(middle ?? first ?? "");
  useEffect(() => {
    // Who has moved the graph looks at something else.
    if (focus === undefined || moved.current || width === 0) return;
    const zoom = middle === null ? FROM_START : CLOSE;
    const x = width / 2 - (focus.x + focus.width / 2) * zoom;
    const y = middle === null ? MARGIN - focus.y * zoom : height / 2 - (focus.y + focus.height / 2) * zoom;
    void flow.setViewport({ x, y, zoom });
  }, [flow, focus, middle, width, height]);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      onMoveStart={(event) => {
        if (event !== null) moved.current = true;
      }}
      onNodeClick={(_, node) => onChoose(node.id)}
      minZoom={0.05}
      maxZoom={1.5}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      disableKeyboardA11y
      // The wheel scrolls the page; with Ctrl, as everywhere, it zooms.
      zoomOnScroll={false}
      preventScrolling={false}
      proOptions={{ hideAttribution: true }}
    >
      <Panel position="top-right" className="flex gap-1 rounded-lg border border-line bg-card">
        <IconButton icon="plus" label="Zoom in" onClick={() => void flow.zoomIn()} />
        <IconButton icon="minus" label="Zoom out" onClick={() => void flow.zoomOut()} />
        <IconButton
          icon="fit"
          label="Show the whole graph"
          onClick={() => {
            moved.current = true;
            void flow.fitView({ maxZoom: 1 });
          }}
        />
      </Panel>
    </ReactFlow>
  );
}
