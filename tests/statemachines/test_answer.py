"""ANSWER: from the passages to the status, made anew while what it rests on dies, and what is said where it fails."""

from itertools import repeat
from typing import Any

import pytest

from bloomweaver.errors import (
    AnswerOvertaken,
    GeneratorOverloaded,
    GeneratorRejected,
    StorageUnavailable,
    VectorIndexUnavailable,
)
from tests.statemachines import definitions
from tests.statemachines.interpreters import Interpreter, Run
from tests.statemachines.tasks import Payload, Script, Tasks

IDS = {"owner": "0" * 32, "chat_id": "1" * 32, "message_id": "000001", "attempt": 2}
STATES = ["Retrieve", "Generate", "Fence", "Store"]
SECRET = "the blue cabinet"


def answer(
    interpreter: Interpreter, script: Script | None = None, verdicts: tuple[str, ...] = ("stands",)
) -> tuple[Run, Tasks]:
    """Run the definition; the fence says `verdicts` one after the other."""
    said = iter(verdicts)

    def reply(function: str, payload: Payload) -> Any:
        match function:
            case "Retrieve":
                return {"passages": 3, "dropped": 0}
            case "Generate":
                return {"status": "complete", "made_up": 0}
            case "Fence":
                return {"verdict": next(said)}
            case _:
                return {"status": "failed" if "error" in payload else "complete"}

    tasks = Tasks(reply, script or {})
    return interpreter.execute(definitions.load("answer"), IDS, tasks), tasks


def test_the_states_follow_each_other_and_are_given_ids_alone(interpreter: Interpreter) -> None:
    run, tasks = answer(interpreter)
    assert (run.status, run.ended_in) == ("SUCCEEDED", "Answered")
    assert run.called() == STATES
    assert [call.payload for call in tasks.calls] == [IDS] * len(STATES)
    assert run.output == {**IDS, "fence": {"verdict": "stands"}}


def test_an_answer_that_does_not_stand_is_made_anew(interpreter: Interpreter) -> None:
    run, _ = answer(interpreter, verdicts=("anew", "anew", "stands"))
    assert run.called() == [*STATES[:3], *STATES[:3], *STATES]


def test_it_outlives_transient_errors(interpreter: Interpreter) -> None:
    run, _ = answer(
        interpreter,
        {
            "Retrieve": [VectorIndexUnavailable("503"), StorageUnavailable("503")],
            "Generate": [GeneratorOverloaded("429")],
            "Fence": [StorageUnavailable("503")],
            "Store": [StorageUnavailable("503")],
        },
    )
    assert (run.status, run.ended_in) == ("SUCCEEDED", "Answered")


@pytest.mark.parametrize("state", STATES)
def test_nobody_is_told_of_what_nobody_waits_for(interpreter: Interpreter, state: str) -> None:
    run, _ = answer(interpreter, {state: repeat(AnswerOvertaken("the chat was deleted"))})
    assert (run.status, run.ended_in) == ("SUCCEEDED", "Overtaken")
    assert run.called() == STATES[: STATES.index(state) + 1]


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("Retrieve", VectorIndexUnavailable(SECRET)),
        ("Generate", GeneratorRejected(SECRET)),
        ("Generate", ValueError(SECRET)),
        ("Fence", StorageUnavailable(SECRET)),
    ],
)
def test_a_failure_is_told_by_its_name_and_its_words_go_nowhere(
    interpreter: Interpreter, state: str, error: Exception
) -> None:
    run, tasks = answer(interpreter, {state: repeat(error)})
    name = type(error).__name__
    assert (run.status, run.ended_in, run.error) == ("FAILED", "Failed", name)
    assert tasks.calls[-1].payload == {**IDS, "error": name}
    assert SECRET not in (run.cause or "")


def test_a_failure_that_cannot_be_told_ends_the_run_all_the_same(interpreter: Interpreter) -> None:
    run, _ = answer(
        interpreter, {"Generate": repeat(GeneratorRejected("401")), "Store": repeat(StorageUnavailable("503"))}
    )
    assert (run.status, run.ended_in, run.error) == ("FAILED", "Failed", "GeneratorRejected")
