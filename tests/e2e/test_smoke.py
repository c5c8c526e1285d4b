"""`bloomweaver smoke`, as it is run after a deployment."""

import json

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.e2e.running_stack import RunningStack


@pytest.mark.vector_store("lancedb")
def test_the_smoke_test_passes_on_a_stack_that_works(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOOMWEAVER_TOKEN", stack.descriptor.token())
    run = CliRunner().invoke(app, ["smoke", "--json", "--timeout", "60", "--api-url", stack.descriptor.api_url])
    assert run.exit_code == 0, run.output
    assert len(json.loads(run.stdout)["steps"]) == 5
