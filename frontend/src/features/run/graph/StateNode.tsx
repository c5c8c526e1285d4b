// A state in the graph: its name, how it stands in words and colour, and how often it was entered.
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { classes } from "../../../design/classes";
import { count } from "../../../words/number";
import { STATE_STATUS } from "../../../words/runs";
import type { Tone } from "../../../words/status";
import type { StateNodeType } from "./elements";

const BORDERS: Record<Tone, string> = {
  good: "border-good",
  busy: "border-busy",
  warn: "border-warn",
  bad: "border-bad",
  plain: "border-line",
};
const FILLS: Record<Tone, string> = {
  good: "bg-good-tint",
  busy: "bg-busy-tint",
  warn: "bg-warn-tint",
  bad: "bg-bad-tint",
  plain: "bg-card",
};

export function StateNode({ data: { node, isAround, isChosen } }: NodeProps<StateNodeType>) {
  const { label, tone, means } = STATE_STATUS[node.status];
  return (
    <div
      title={[node.comment, means].filter(Boolean).join(" ")}
      className={classes(
        "size-full cursor-pointer rounded-lg border px-2.5 py-1 text-left",
        BORDERS[tone],
        isAround ? "bg-paper" : FILLS[tone],
        node.status === "failed" && "border-2",
        node.status === "not_entered" && "border-dashed",
        isChosen && "outline-2 outline-offset-2 outline-accent",
      )}
    >
      {/* React Flow draws no edge between nodes without them; where edges end is ELK's to say. */}
      <Handle type="target" position={Position.Top} isConnectable={false} className="opacity-0" />
      <Handle type="source" position={Position.Bottom} isConnectable={false} className="opacity-0" />
      <p className={classes("truncate text-sm font-medium", node.status === "not_entered" ? "text-soft" : "text-ink")}>
        {node.name}
      </p>
      <p className="truncate text-xs text-soft">
        {label}
        {node.entered > 1 && `, ${count(node.entered)} times`}
        {node.failed_attempts > 0 && `, ${count(node.failed_attempts)} failed`}
        {isAround && `, ${node.type}`}
      </p>
    </div>
  );
}
