"""An emulator for the tests of a module, each of which uses names of its own."""

from collections.abc import Iterator

import pytest

from tests.local.emulator.mortal import Mortal


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    """A running emulator."""
    emulator = Mortal(tmp_path_factory.mktemp("emulator"))
    emulator.start()
    yield emulator
    emulator.stop()
