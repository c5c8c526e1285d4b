"""The graph of a run: the states of the definition that ran, nested as they are there, each with how it went.

A definition is in the Amazon States Language. What it says beside states, types and ways on is left alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from bloomweaver.runs.paths import path_in
from bloomweaver.runs.states import RunState, StateStatus

Definition = Mapping[str, Any]


class NodeStatus(StrEnum):
    """How a state of the definition went."""

    NOT_ENTERED = "not_entered"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    CAUGHT = "caught"
    FAILED = "failed"
    ABORTED = "aborted"


_TOLD_FIRST = (
    StateStatus.RUNNING,
    StateStatus.WAITING,
    StateStatus.FAILED,
    StateStatus.ABORTED,
    StateStatus.CAUGHT,
    StateStatus.SUCCEEDED,
)
"""Of a state that was entered several times: what is told of it."""


class EdgeKind(StrEnum):
    """Why a run goes along an edge."""

    NEXT = "next"
    CHOICE = "choice"
    DEFAULT = "default"
    """No choice applied."""
    CATCH = "catch"
    """The state failed."""


class GraphNode(BaseModel):
    """A state of the definition."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Its path: as in the states of the run, where no other branch has a state of that name."""
    name: str
    type: str
    comment: str = ""
    parent: str | None = None
    """The `id` of the Parallel or the Map that it is in."""
    branch: int | None = None
    """In which branch of the Parallel it is, as the definition counts them, from 0."""
    start: bool = False
    """Whether the machine, the branch or the iteration begins with it."""
    distributed: bool = False
    """Of a Map whose iterations are executions of their own: this run's history has nothing of what is in it."""
    status: NodeStatus = NodeStatus.NOT_ENTERED
    entered: int = 0
    """How often."""
    by_status: Mapping[StateStatus, int] = {}
    """How often with which outcome."""
    failed_attempts: int = 0
    """How often it was tried in vain."""


class GraphEdge(BaseModel):
    """A way from one state to another of the same branch."""

    model_config = ConfigDict(frozen=True)

    source: str
    target: str
    kind: EdgeKind
    label: str = ""
    """The condition of a choice, or the errors that are caught."""


class Graph(BaseModel):
    """Nodes and edges, in the order of the definition."""

    model_config = ConfigDict(frozen=True)

    nodes: list[GraphNode]
    edges: list[GraphEdge]


def graph_of(definition: Definition, states: Iterable[RunState]) -> Graph:
    """The graph of a definition, with how the states of a run went."""
    drawing = _Drawing()
    drawing.draw(definition, parent=None, branch=None)
    entered = drawing.by_node(list(states))
    nodes = [_with_outcome(node, entered.get(node.id, [])) for node in drawing.nodes]
    return Graph(nodes=nodes, edges=drawing.edges)


class _Drawing:
    def __init__(self) -> None:
        self.nodes: list[GraphNode] = []
        self.edges: list[GraphEdge] = []
        self._ids: dict[tuple[str | None, int | None, str], str] = {}
        """By container, branch and name."""
        self._starts: dict[str, list[str]] = {}
        """Of a Parallel: what each branch begins with."""

    def draw(self, scope: Definition, parent: str | None, branch: int | None) -> None:
        """Draw the states of the machine, a branch or an iteration."""
        states: Mapping[str, Definition] = scope.get("States", {})
        taken = {node.id for node in self.nodes}
        for name in states:
            id_ = path_in(parent, name)
            while id_ in taken:
                id_ = f"{id_}#{branch}"
            self._ids[parent, branch, name] = id_
        for name, state in states.items():
            self._draw_state(self._ids[parent, branch, name], name, state, parent, branch, name == scope.get("StartAt"))
        for name, state in states.items():
            source = self._ids[parent, branch, name]
            for target, kind, label in _ways(state):
                if target in states:
                    there = self._ids[parent, branch, target]
                    self.edges.append(GraphEdge(source=source, target=there, kind=kind, label=label))

    def _draw_state(
        self, id_: str, name: str, state: Definition, parent: str | None, branch: int | None, start: bool
    ) -> None:
        inner = state.get("ItemProcessor") or state.get("Iterator") or {}
        self.nodes.append(
            GraphNode(
                id=id_,
                name=name,
                type=str(state.get("Type", "")),
                comment=str(state.get("Comment", "")),
                parent=parent,
                branch=branch,
                start=start,
                distributed=inner.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED",
            )
        )
        branches: Sequence[Definition] = state.get("Branches", ())
        self._starts[id_] = [str(each.get("StartAt")) for each in branches]
        for number, each in enumerate(branches):
            self.draw(each, parent=id_, branch=number)
        if inner:
            self.draw(inner, parent=id_, branch=None)

    def by_node(self, states: Sequence[RunState]) -> Mapping[str, list[RunState]]:
        """The states of the run by the node that each is of. One that the definition has not is left out."""
        node_of: dict[int, str] = {}
        branches: dict[tuple[int, int], int] = {}
        """Of a Parallel that was entered, and the order in which its branches began: which branch that is."""
        found: dict[str, list[RunState]] = defaultdict(list)
        for state in sorted(states, key=lambda state: state.id):
            around = node_of.get(state.parent) if state.parent is not None else None
            if state.parent is not None and around is None:
                continue
            branch = self._branch(state, around, branches)
            id_ = self._ids.get((around, branch, state.name))
            if id_ is not None:
                node_of[state.id] = id_
                found[id_].append(state)
        return found

    def _branch(self, state: RunState, around: str | None, branches: dict[tuple[int, int], int]) -> int | None:
        if state.parent is None or state.branch is None or around is None:
            return None
        place = (state.parent, state.branch)
        if place not in branches:  # so this is what the branch began with
            taken = {branch for (parent, _), branch in branches.items() if parent == state.parent}
            fits = [n for n, start in enumerate(self._starts[around]) if start == state.name and n not in taken]
            if not fits:
                return None
            branches[place] = fits[0]
        return branches[place]


def _with_outcome(node: GraphNode, states: Sequence[RunState]) -> GraphNode:
    if not states:
        return node
    counts = Counter(state.status for state in states)
    told = next(status for status in _TOLD_FIRST if status in counts)
    in_vain = sum(attempt.status in ("failed", "timed_out") for state in states for attempt in state.attempts)
    return node.model_copy(
        update={
            "status": NodeStatus(told.value),
            "entered": len(states),
            "by_status": {status: counts[status] for status in _TOLD_FIRST if status in counts},
            "failed_attempts": in_vain,
        }
    )


def _ways(state: Definition) -> Iterator[tuple[str, EdgeKind, str]]:
    if "Next" in state:
        yield state["Next"], EdgeKind.NEXT, ""
    for choice in state.get("Choices", ()):
        if "Next" in choice:
            yield choice["Next"], EdgeKind.CHOICE, _condition(choice)
    if "Default" in state:
        yield state["Default"], EdgeKind.DEFAULT, ""
    for catch in state.get("Catch", ()):
        if "Next" in catch:
            yield catch["Next"], EdgeKind.CATCH, ", ".join(map(str, catch.get("ErrorEquals", ())))


def _condition(rule: Definition) -> str:
    """A choice's rule in a line: `$.stale_count NumericGreaterThan 0`."""
    if "Condition" in rule:
        return str(rule["Condition"])
    for operator in ("And", "Or"):
        if operator in rule:
            return f" {operator.lower()} ".join(_condition(each) for each in rule[operator])
    if "Not" in rule:
        return f"not {_condition(rule['Not'])}"
    compared = [f"{name} {value}" for name, value in rule.items() if name not in ("Variable", "Next", "Comment")]
    return " ".join([str(rule.get("Variable", "")), *compared])
