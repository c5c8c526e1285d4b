"""The graph of a run: every state and every way of its definition, nested as it is there, each with how it went."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bloomweaver.runs.folding import Fold
from bloomweaver.runs.graph import EdgeKind, Graph, NodeStatus, graph_of
from tests.runs.histories import Step, make
from tests.statemachines import definitions

NAMES = ("create", "update", "delete", "redrive", "reconcile", "rebuild", "reindex")


def _states(scope: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    found: list[tuple[str, Mapping[str, Any]]] = []
    for name, state in scope["States"].items():
        found.append((name, state))
        for inner in [*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            found += _states(inner)
    return found


def _run(definition: Mapping[str, Any], script: Sequence[Step], seed: int = 1) -> Graph:
    folded = Fold(payload_max=None)
    folded.add(make(script, seed).events)
    return graph_of(definition, folded.all_states())


def _status(graph: Graph) -> dict[str, str]:
    return {node.id: node.status.value for node in graph.nodes if node.status is not NodeStatus.NOT_ENTERED}


@pytest.mark.parametrize("name", NAMES)
def test_every_state_and_every_way_of_our_definitions_is_drawn(name: str) -> None:
    definition = definitions.load(name)
    graph = graph_of(definition, ())
    states = _states(definition)
    assert sorted(node.name for node in graph.nodes) == sorted(state for state, _ in states)
    nodes = {node.id: node for node in graph.nodes}
    assert len(nodes) == len(graph.nodes)
    ways = sum(
        ("Next" in state) + len(state.get("Choices", ())) + ("Default" in state) + len(state.get("Catch", ()))
        for _, state in states
    )
    assert len(graph.edges) == ways
    for edge in graph.edges:
        source, target = nodes[edge.source], nodes[edge.target]
        assert (source.parent, source.branch) == (target.parent, target.branch)
    scopes = {(node.parent, node.branch) for node in graph.nodes}
    assert sorted(map(str, scopes)) == sorted(str((node.parent, node.branch)) for node in graph.nodes if node.start)
    assert {node.status for node in graph.nodes} == {NodeStatus.NOT_ENTERED}


def test_a_choice_and_a_catch_say_why() -> None:
    edges = graph_of(definitions.load("create"), ()).edges
    found = {(edge.source, edge.target): edge for edge in edges}
    assert found["Claim", "Superseded"].kind is EdgeKind.CATCH
    assert found["Claim", "Superseded"].label == "Superseded"
    assert found["HasStale", "RemoveStale"].label == "$.ending.stale_count NumericGreaterThan 0"
    assert found["HasStale", "Ending"].kind is EdgeKind.DEFAULT
    assert found["Write", "Publish"].kind is EdgeKind.NEXT


def test_only_the_batches_of_a_rebuild_are_executions_of_their_own() -> None:
    for name in NAMES:
        found = {node.name for node in graph_of(definitions.load(name), ()).nodes if node.distributed}
        assert found == ({"RestoreBackups"} if name == "rebuild" else set())


def test_a_document_that_goes_through_leaves_its_way() -> None:
    batch = (Step("Task", "EmbedBatch", failures=1),)
    script = (
        Step("Task", "Claim"),
        Step("Task", "Chunk"),
        Step("Map", "Embed", parts=(batch,) * 3),
        Step("Parallel", "Write", parts=((Step("Task", "WritePinecone"),), (Step("Task", "WriteS3"),))),
        Step("Task", "Publish"),
        Step("Choice", "HasStale"),
        Step("Choice", "Ending"),
        Step("Succeed", "Indexed"),
    )
    graph = _run(definitions.load("create"), script)
    assert _status(graph) == dict.fromkeys(
        (
            *("Claim", "Chunk", "Embed", "Embed/EmbedBatch", "Write", "Write/WritePinecone", "Write/WriteS3"),
            *("Publish", "HasStale", "Ending", "Indexed"),
        ),
        "succeeded",
    )
    [embedded] = [node for node in graph.nodes if node.id == "Embed/EmbedBatch"]
    assert (embedded.entered, embedded.by_status, embedded.failed_attempts) == (3, {"succeeded": 3}, 3)


@pytest.mark.parametrize("seed", range(5))
def test_what_failed_stands_out_among_what_went_well(seed: int) -> None:
    good, bad = (Step("Task", "EmbedBatch"),), (Step("Task", "EmbedBatch", ends="failed"),)
    script = (
        Step("Task", "Claim"),
        Step("Map", "Embed", ends="caught", parts=(good, bad, good, good)),
        Step("Pass", "RunFailed"),
        Step("Fail", "Failed"),
    )
    status = _status(_run(definitions.load("create"), script, seed))
    assert status["Embed/EmbedBatch"] == "failed"
    assert (status["Embed"], status["RunFailed"], status["Failed"]) == ("caught", "succeeded", "failed")


def test_states_of_one_name_in_two_branches_are_told_apart() -> None:
    def branch(first: str) -> dict[str, Any]:
        return {
            "StartAt": first,
            "States": {first: {"Type": "Pass", "Next": "Same"}, "Same": {"Type": "Task", "End": True}},
        }

    both = {"Type": "Parallel", "Branches": [branch("A"), branch("B")], "End": True}
    definition = {"StartAt": "Both", "States": {"Both": both}}
    ids = [node.id for node in graph_of(definition, ()).nodes]
    assert ids == ["Both", "Both/A", "Both/Same", "Both/B", "Both/Same#1"]
    parts = (
        (Step("Pass", "A"), Step("Task", "Same")),
        (Step("Pass", "B"), Step("Task", "Same", ends="caught")),
    )
    for seed in range(6):
        status = _status(_run(definition, (Step("Parallel", "Both", parts=parts),), seed))
        assert (status["Both/Same"], status["Both/Same#1"]) == ("succeeded", "caught")


def test_a_name_with_a_slash_is_no_path() -> None:
    inner = {"StartAt": "b", "States": {"b": {"Type": "Pass", "End": True}}}
    definition = {
        "StartAt": "a",
        "States": {
            "a": {"Type": "Map", "ItemProcessor": inner, "Next": "a/b"},
            "a/b": {"Type": "Choice", "Choices": [_compound("a~1b")], "Default": "a~1b"},
            "a~1b": {"Type": "Succeed"},
        },
    }
    graph = graph_of(definition, ())
    assert [node.id for node in graph.nodes] == ["a", "a/b", "a~1b", "a~01b"]
    assert [edge.label for edge in graph.edges] == ["", "not $.x IsPresent True and $.y StringEquals z", ""]


def _compound(target: str) -> dict[str, Any]:
    rules = [{"Not": {"Variable": "$.x", "IsPresent": True}}, {"Variable": "$.y", "StringEquals": "z"}]
    return {"And": rules, "Next": target}


def test_a_state_that_the_definition_has_not_is_left_out() -> None:
    definition = {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}}
    script = (Step("Parallel", "Other", parts=((Step("Pass", "Only"),),)), Step("Pass", "Only"))
    assert [node.entered for node in _run(definition, script).nodes] == [1]
