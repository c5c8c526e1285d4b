"""A small set through the benchmark: indexed, asked in every mode, fused in every way. The model has random weights."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.errors import RunError
from benchmarks.retrieval import __main__ as command
from benchmarks.retrieval.indexing import Model, index
from benchmarks.retrieval.modes import RERANKED, Modes
from benchmarks.retrieval.results import load
from benchmarks.retrieval.sets import Item, RetrievalSet
from bloomweaver.errors import RerankerUnavailable
from tests.small_model import write_small_cross_encoder, write_small_model

WORDS = ["harbour", "lighthouse", "compass", "anchor", "rudder", "galley", "hammock", "tiller"]
LONG = " and then some more of the same"


def small_set() -> RetrievalSet:
    """Each document has a word that no other one has, and so has each query. The first is of many passages."""
    documents = {f"id {word}": Item(word, f"the {word} of a ship{LONG}") for word in WORDS}
    documents["id harbour"] = Item("harbour", f"the harbour of a ship{LONG}. " * 20)
    return RetrievalSet(
        "ships", documents, {word: f"a {word}?" for word in WORDS}, {word: {f"id {word}": 1} for word in WORDS}
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_model(tmp_path_factory.mktemp("models") / "small")


def test_documents_are_found_by_their_words(folder: Path, tmp_path: Path) -> None:
    model = Model(str(folder), vectors=tmp_path / "vectors")
    indexed = index(small_set(), model, tmp_path / "index")
    told: list[int] = []

    modes = Modes(indexed, model, reranker=None)
    keyword = modes.measure("keyword", lambda: told.append(1))
    dense = modes.measure("dense", lambda: None)

    assert modes.names == ["dense", "keyword", "hybrid"]
    assert indexed.passages > len(WORDS)
    assert (keyword.quality.ndcg, keyword.quality.mrr, keyword.quality.recall) == (1, 1, 1)
    # Random weights find them all, somewhere: there are fewer than a hundred.
    assert dense.quality.recall == 1
    assert len(told) == len(WORDS)
    assert len(list((tmp_path / "vectors").iterdir())) == 1


def test_a_part_of_search_that_is_missing_ends_the_run(folder: Path, tmp_path: Path) -> None:
    class Down:
        def rerank(self, query: str, texts: object) -> list[float]:
            raise RerankerUnavailable("no reranker today")

    model = Model(str(folder))
    modes = Modes(index(small_set(), model, tmp_path / "index"), model, Down())

    with pytest.raises(RunError, match="no reranker today"):
        modes.measure(RERANKED, lambda: None)


def write_beir(source: RetrievalSet, folder: Path) -> Path:
    folder.mkdir()
    corpus = [{"_id": id_, "title": one.title, "text": one.text} for id_, one in source.documents.items()]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in corpus))
    queries = [{"_id": id_, "text": text} for id_, text in source.queries.items()]
    (folder / "queries.jsonl").write_text("".join(json.dumps(line) + "\n" for line in queries))
    judged = [
        f"{query}\t{id_}\t{grade}\n" for query, grades in source.relevant.items() for id_, grade in grades.items()
    ]
    (folder / "qrels.tsv").write_text("".join(judged))
    return folder


def run(*arguments: str) -> tuple[int, str]:
    import typer

    app = typer.Typer()
    app.command()(command.main)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_the_command_measures_a_folder_with_a_reranker_too(folder: Path, tmp_path: Path) -> None:
    corpus = write_beir(small_set(), tmp_path / "ships")
    cross_encoder = write_small_cross_encoder(tmp_path / "cross")
    output = tmp_path / "out.json"

    code, text = run(
        *("--corpus", str(corpus), "--model", str(folder), "--rerank-model", str(cross_encoder)),
        *("--output", str(output)),
    )

    assert (code, "ships: 8 documents" in text) == (0, True), text
    (result,) = load(output)
    assert [mode.mode for mode in result.modes] == ["dense", "keyword", "hybrid", RERANKED]
    assert result.mode("keyword").quality.ndcg == 1  # type: ignore[union-attr]


def test_the_command_compares_fusions_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    corpus = write_beir(small_set(), tmp_path / "ships")
    output = tmp_path / "out.json"

    code, text = run("--corpus", str(corpus), "--model", str(folder), "--fusions", "--output", str(output))

    assert code == 0, text
    assert "rrf k=60" in text or "of the best" in text
    assert not output.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--corpus", "/nowhere"], "not in BEIR's layout"),
        (["--rerank-model", "no-such-model"], "no-such-model is in no folder here"),
    ],
)
def test_what_is_not_there_ends_the_run_in_words(folder: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    corpus = ["--corpus", str(write_beir(small_set(), tmp_path / "ships"))] if "--corpus" not in arguments else []

    code, text = run(*arguments, *corpus, "--model", str(folder), "--output", str(tmp_path / "out.json"))

    assert code == 1
    assert said in text.replace("\n", " ")
