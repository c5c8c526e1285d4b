"""What the definitions have in common, and what no whole run can show."""

from collections.abc import Iterator

import pytest

from tests.statemachines import definitions
from tests.statemachines.interpreters import Interpreter
from tests.statemachines.tasks import Script, Tasks

NO_SCRIPT: Script = {}


def test_create_and_update_differ_in_their_comment_alone() -> None:
    create, update = definitions.load("create"), definitions.load("update")
    assert create.pop("Comment") != update.pop("Comment")
    assert create == update


def _describing() -> Iterator[tuple[str, str]]:
    seen: list[definitions.State] = []
    for name in definitions.NAMES:
        for path, state in definitions.states(definitions.load(name)):
            body = {key: value for key, value in state.items() if key not in ("Next", "Comment")}
            if path.rpartition("/")[2].startswith("Describe") and body not in seen:
                seen.append(body)
                yield name, path


@pytest.mark.parametrize(("name", "path"), list(_describing()))
def test_an_error_without_a_cause_gets_an_empty_one(interpreter: Interpreter, name: str, path: str) -> None:
    # Neither interpreter catches an error without a Cause; the language allows one.
    state = {**definitions.state(definitions.load(name), path), "End": True}
    del state["Next"]
    alone = {"StartAt": "Describe", "States": {"Describe": state}}
    tasks = Tasks(lambda function, _: pytest.fail(f"{function} was called"), NO_SCRIPT)

    for caught, described in (
        ({"Error": "States.Timeout"}, {"Error": "States.Timeout", "Cause": ""}),
        ({"Error": "KeyError", "Cause": "{}"}, {"Error": "KeyError", "Cause": "{}"}),
    ):
        data = {"doc_hash": "doc_1", "error": caught, "no_cause": {"Cause": ""}}
        run = interpreter.execute(alone, data, tasks)

        assert run.status == "SUCCEEDED"
        assert run.output == {**data, "described": {"merged": described}}


def test_every_describing_state_is_the_same() -> None:
    assert [path for _, path in _describing()] == ["Write/DescribePineconeError"]
