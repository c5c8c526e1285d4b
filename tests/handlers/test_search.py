"""POST /search with queries of every length, on the real encoder and a LanceDB table."""

from pathlib import Path

import pytest

from bloomweaver.search.search import QUERY_MAX_CHARACTERS
from tests.handlers.conftest import Services, call, forget
from wiring import dependencies

SENTENCE = "The harbour master keeps the tide tables in the blue cabinet. "


@pytest.fixture(autouse=True)
def index(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty index."""
    monkeypatch.setenv("VECTOR_STORE", "lancedb")
    monkeypatch.setenv("LANCEDB_URI", str(tmp_path / "lancedb"))
    forget()
    dependencies.vector_store().create()


@pytest.mark.parametrize(("query", "windows"), [("tides", 1), (SENTENCE * 16, 1), (SENTENCE * 100, 6)])
def test_the_answer_says_in_how_many_windows_the_query_was_read(query: str, windows: int) -> None:
    answer = call("search", "POST", "/search", {"query": query})
    assert (answer.status, answer.body["query"]) == (200, {"windows": windows})


@pytest.mark.parametrize("characters", [QUERY_MAX_CHARACTERS, QUERY_MAX_CHARACTERS + 1])
def test_a_query_may_have_so_many_characters_whatever_the_model_reads(characters: int) -> None:
    answer = call("search", "POST", "/search", {"query": "\u6f6e" * characters})
    if characters <= QUERY_MAX_CHARACTERS:
        assert answer.status == 200
        assert answer.body["query"]["windows"] > 1
    else:
        assert (answer.status, answer.body["errors"][0]["field"]) == (422, "query")
