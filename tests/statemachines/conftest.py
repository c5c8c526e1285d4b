"""The interpreters that every case runs on."""

from collections.abc import Iterator

import pytest

from tests.statemachines.interpreters import Interpreter, MiniStack, Moto


@pytest.fixture(scope="session", params=["moto", pytest.param("ministack", marks=pytest.mark.heavy)])
def interpreter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interpreter]:
    """Each interpreter in turn. MiniStack's is started once and stopped at the end."""
    if request.param == "moto":
        yield Moto()
        return
    started = MiniStack(tmp_path_factory.mktemp("ministack"))
    yield started
    started.close()
