"""What is told of a run by its history is what happened in it, on both interpreters."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from bloomweaver.adapters.run_histories import event_of
from bloomweaver.errors import EmbeddingOverloaded, ExtractionFailed, VectorIndexRejected
from bloomweaver.runs.folding import Fold
from bloomweaver.runs.graph import graph_of
from bloomweaver.runs.states import RunState
from tests.statemachines import definitions
from tests.statemachines.interpreters import Interpreter, Moto, Run
from tests.statemachines.pipeline import Pipeline, accepted


@pytest.fixture
def name(interpreter: Interpreter) -> str:
    """One definition on each interpreter is enough: they have the same states."""
    return "create" if isinstance(interpreter, Moto) else "update"


def told(run: Run) -> list[RunState]:
    """The states that the history is of."""
    folded = Fold(payload_max=None)
    folded.add(event_of(_as_aws_has_it(event)) for event in run.events)
    assert not folded.memory().states
    return folded.states()


def _as_aws_has_it(event: Mapping[str, Any]) -> dict[str, Any]:
    at = event["timestamp"]  # moto keeps it as text
    return {**event, "timestamp": datetime.fromisoformat(at) if isinstance(at, str) else at}


def ways(run: Run) -> dict[str, Counter[str]]:
    """The paths of the states, and how often they ended how."""
    found: dict[str, Counter[str]] = {}
    for state in told(run):
        found.setdefault(state.path, Counter())[state.status.value] += 1
    return found


def graph_status(name: str, run: Run) -> dict[str, str]:
    """The nodes of the graph that the run came to."""
    graph = graph_of(definitions.load(name), told(run))
    return {node.id: node.status.value for node in graph.nodes if node.entered}


def test_a_run_that_goes_well(interpreter: Interpreter, name: str) -> None:
    run = interpreter.run(name, Pipeline(accepted(name.upper())), {"Embed": [EmbeddingOverloaded("busy")]})
    once = Counter({"succeeded": 1})
    assert ways(run) == {
        "Claim": once,
        "Chunk": once,
        "Embed": once,
        "Embed/EmbedBatch": Counter({"succeeded": 3}),
        "Write": once,
        "Write/WritePinecone": once,
        "Write/WriteS3": once,
        "Publish": once,
        "HasStale": once,
        "Ending": once,
        "Indexed": once,
    }
    assert set(graph_status(name, run).values()) == {"succeeded"}
    batches = [state for state in told(run) if state.name == "EmbedBatch"]
    assert sorted(state.iteration for state in batches if state.iteration is not None) == [0, 1, 2]
    assert sorted(len(state.attempts) for state in batches) == [1, 1, 2]
    [failed] = [attempt for state in batches for attempt in state.attempts if attempt.error]
    assert failed.error == "EmbeddingOverloaded"
    assert failed.cause is not None
    assert "busy" in failed.cause.text


def test_a_branch_that_fails_for_good_names_its_letter(interpreter: Interpreter, name: str) -> None:
    run = interpreter.run(name, Pipeline(accepted(name.upper())), {"PineconeWriter/write": [VectorIndexRejected("no")]})
    status = graph_status(name, run)
    assert (status["Write"], status["Write/WritePinecone"], status["Write/WriteS3"]) == (
        "succeeded",
        "caught",
        "succeeded",
    )
    assert status["Write/PineconeDLQ"] == "succeeded"
    assert status["DeadLettered"] == "failed"
    [letter] = [state for state in told(run) if state.name == "PineconeDLQ"]
    assert letter.message_id
    assert letter.branch is not None


def test_a_run_that_fails(interpreter: Interpreter, name: str) -> None:
    run = interpreter.run(name, Pipeline(accepted(name.upper())), {"Chunk": [ExtractionFailed("encrypted")]})
    assert graph_status(name, run) == {
        "Claim": "succeeded",
        "Chunk": "caught",
        "RunFailed": "succeeded",
        "DescribeError": "succeeded",
        "RecordFailure": "succeeded",
        "WhoseError": "succeeded",
        "Failed": "failed",
    }
