"""POST /search with queries of every length, on the real encoder and a LanceDB table."""

from pathlib import Path

import pytest

from bloomweaver.search.request import QUERY_MAX_CHARACTERS
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


@pytest.mark.parametrize("min_score", [True, "0.5", 2, -1.5, [0]])
def test_a_least_score_is_a_number(min_score: object) -> None:
    answer = call("search", "POST", "/search", {"query": "tides", "min_score": min_score})
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "min_score")


@pytest.mark.parametrize("min_score", [0, -1, 0.5])
def test_a_whole_number_is_one_too(min_score: float) -> None:
    assert call("search", "POST", "/search", {"query": "tides", "min_score": min_score}).status == 200


@pytest.mark.parametrize("characters", [QUERY_MAX_CHARACTERS, QUERY_MAX_CHARACTERS + 1])
def test_a_query_may_have_so_many_characters_whatever_the_model_reads(characters: int) -> None:
    answer = call("search", "POST", "/search", {"query": "\u6f6e" * characters})
    if characters <= QUERY_MAX_CHARACTERS:
        assert answer.status == 200
        assert answer.body["query"]["windows"] > 1
    else:
        assert (answer.status, answer.body["errors"][0]["field"]) == (422, "query")
