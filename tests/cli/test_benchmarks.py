"""The benchmarks' own parts that need no stack: the corpus, the figures, and what is measured against an API."""

import statistics
import sys

import pytest

from benchmarks import figures
from benchmarks.corpus import CorpusDocument, stdlib_documents
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from benchmarks.measurements import ingest, remove, watched_memory, webhook_latencies
from benchmarks.pipeline import summary
from benchmarks.pipeline_report import as_markdown
from bloomweaver.models.record import Status
from bloomweaver.models.webhook import WebhookBody
from cli.client import Api
from local.processes import StartedProcess
from tests.cli.fake_api import FakeApi


@pytest.fixture(scope="module")
def corpus() -> list[CorpusDocument]:
    return stdlib_documents()


@pytest.fixture
def small() -> list[CorpusDocument]:
    return [CorpusDocument(f"module{number}", f"# module{number}\n\nIt counts to {number}.\n") for number in range(6)]


def test_the_corpus_is_large_and_valid(corpus: list[CorpusDocument]) -> None:
    assert len(corpus) >= 200
    assert len({document.doc_hash for document in corpus}) == len(corpus)
    for document in corpus:
        WebhookBody.model_validate(document.body())


def test_the_corpus_is_the_same_each_time(corpus: list[CorpusDocument]) -> None:
    assert stdlib_documents() == corpus


def test_a_module_s_documentation_has_its_members_under_headings(corpus: list[CorpusDocument]) -> None:
    text = next(document.text for document in corpus if document.module == "argparse")
    assert text.startswith("# argparse\n\nCommand-line parsing library\n")
    assert "\n## class ArgumentParser(prog=None, usage=None," in text
    assert "\n### ArgumentParser.parse_args(self, args=None, namespace=None)\n" not in text  # it has no docstring
    assert "\n### ArgumentParser.error(self, message)\n\nerror(message: string)" in text


def test_the_corpus_tells_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # A function may have os.environ as a default value, which a signature shows.
    monkeypatch.setenv("SOME_SECRET", "do-not-index-this")
    texts = "".join(document.text for document in stdlib_documents())
    assert "do-not-index-this" not in texts
    assert sys.executable not in texts
    assert " at 0x" not in texts


def test_a_corpus_is_ingested_removed_and_ingested_again(api: FakeApi, small: list[CorpusDocument]) -> None:
    with Api(api.url) as client:
        for _ in range(2):
            ingestion = ingest(client, small)
            assert (ingestion.documents, ingestion.chunks) == (6, 18)
            assert ingestion.seconds > 0
            assert remove(client, [document.doc_hash for document in small]) == 6
        assert remove(client, [*(document.doc_hash for document in small), "never-was"]) == 0


def test_documents_that_were_there_before_end_a_measurement(api: FakeApi, small: list[CorpusDocument]) -> None:
    with Api(api.url) as client:
        ingest(client, small[:1])
        with pytest.raises(RunError, match=small[0].doc_hash):
            ingest(client, small)


def test_a_failed_document_is_named(api: FakeApi, small: list[CorpusDocument]) -> None:
    api.outcomes[small[0].doc_hash] = Status.FAILED
    with Api(api.url) as client:
        ingestion = ingest(client, small)
    assert [document.doc_hash for document in ingestion.unsuccessful] == [small[0].doc_hash]
    assert ingestion.documents == 5


def test_latencies_are_of_new_documents_which_are_removed(api: FakeApi) -> None:
    with Api(api.url) as client:
        latencies = webhook_latencies(client, 3)
    assert len(latencies) == 3
    assert all(latency > 0 for latency in latencies)
    assert {record.status for record in api.records.records.values()} == {Status.DELETED}


def test_what_a_memory_watch_cannot_do_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: list[StartedProcess]) -> float:
        raise PermissionError("not yours")

    monkeypatch.setattr("benchmarks.measurements.memory_mib", fail)
    with pytest.raises(PermissionError), watched_memory([]):
        pass


def test_figures_know_whether_their_target_is_reached() -> None:
    assert Figure("rate", "1/s", 6.0, 6.0, at_least=True).met
    assert not Figure("rate", "1/s", 5.9, 6.0, at_least=True).met
    assert Figure("time", "s", 1.5, 1.5).met
    assert not Figure("time", "s", 1.6, 1.5).met
    assert Figure("time", "s", 1.6).met is None


def test_latency_figures_are_in_milliseconds() -> None:
    values = [number / 1000 for number in range(1, 41)]
    p50, p95 = figures.of_latencies(values)
    assert p50.value == pytest.approx(20.5)
    assert p95.value == pytest.approx(38.05)


def test_rounds_are_summed_up_by_figure() -> None:
    rounds = [[Figure("time", "s", value, 2.0)] for value in (3.0, 1.0, 2.5)]
    (entry,) = summary(rounds)
    assert entry == {
        "name": "time",
        "unit": "s",
        "target": 2.0,
        "at_least": False,
        "median": statistics.median([3.0, 1.0, 2.5]),
        "min": 1.0,
        "max": 3.0,
        "rounds": [3.0, 1.0, 2.5],
    }
    assert summary([]) == []


def test_the_page_says_what_was_measured_on_what() -> None:
    rounds = [[Figure("rate", "1/s", value, 6.0, at_least=True), Figure("documents", "", 293)] for value in (6.5, 7, 6)]
    machine = {"cpu": "A CPU", "cores": 2, "memory_mib": 24 * 1024, "system": "Linux", "python": "3.11.7"}
    page = as_markdown(
        {
            "measured_at": "2026-01-31T10:00:00+00:00",
            "machine": machine,
            "model": "minilm",
            "vector_store": "lancedb",
            "figures": summary(rounds),
        }
    )
    assert page.splitlines() == [
        "Measured on 2026-01-31: A CPU, 2 cores, 24 GiB, Linux, Python 3.11.7; model minilm, vectors in lancedb.",
        "",
        "| figure | median | lowest | highest | target |",
        "|---|---|---|---|---|",
        "| rate [1/s] | 6.50 | 6 | 7 | >= 6 |",
        "| documents | 293 | 293 | 293 |  |",
    ]
