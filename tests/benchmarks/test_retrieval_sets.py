"""Where sets come from: folders in BEIR's layout, and known items of what a machine has."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.corpus import CorpusDocument
from benchmarks.errors import RunError
from benchmarks.retrieval import beir, long_questions, manual_pages, packages, stdlib
from benchmarks.retrieval.sets import Item, KnownItem, RetrievalSet, of_known_items

CORPUS = [{"_id": "d1", "title": "A title", "text": "one"}, {"_id": "d2", "text": "two"}]
QUERIES = [{"_id": "q1", "text": "first?"}, {"_id": "q2", "text": "second?"}, {"_id": "q3", "text": "nobody knows?"}]
JUDGED = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\td2\t1\n"


def lines(values: Sequence[object]) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def write(folder: Path, judgements: str = "qrels.tsv", judged: str = JUDGED) -> Path:
    (folder / judgements).parent.mkdir(parents=True, exist_ok=True)
    (folder / "corpus.jsonl").write_text(lines(CORPUS))
    (folder / "queries.jsonl").write_text(lines(QUERIES))
    (folder / judgements).write_text(judged)
    return folder


@pytest.mark.parametrize("judgements", ["qrels.tsv", "qrels/test.tsv"])
def test_a_folder_in_beirs_layout(tmp_path: Path, judgements: str) -> None:
    found = beir.read(write(tmp_path / "small", judgements))

    assert found.name == "small"
    assert found.documents == {"d1": Item("A title", "one"), "d2": Item("", "two")}
    assert found.queries == {"q1": "first?", "q2": "second?"}
    assert found.relevant == {"q1": {"d1": 2}, "q2": {"d2": 1}}


def test_judgements_may_have_no_line_of_names(tmp_path: Path) -> None:
    assert beir.read(write(tmp_path, judged="q1\td1\t1\n")).relevant == {"q1": {"d1": 1}}


def test_a_judged_document_that_is_missing_is_counted(tmp_path: Path) -> None:
    assert beir.read(write(tmp_path, judged=JUDGED + "q2\tgone\t1\n")).judged_and_missing == 1


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    (write(tmp_path) / name).unlink()

    with pytest.raises(RunError, match=rf"not in BEIR's layout: it has no {name}"):
        beir.read(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("corpus.jsonl", lines(CORPUS) + "{", r"corpus\.jsonl, line 3: it is no JSON"),
        ("corpus.jsonl", "[]\n", "line 1: it is no JSON object"),
        ("corpus.jsonl", lines([{"_id": 1, "text": "x"}]), "line 1: '_id' is no string"),
        ("queries.jsonl", lines([{"_id": "q1"}]), "line 1: 'text' is no string"),
        ("qrels.tsv", JUDGED + "q1\td1\n", "line 5: it has 2 columns"),
        ("qrels.tsv", JUDGED + "q9\td1\t1\n", "line 5: there is no query 'q9'"),
        ("qrels.tsv", JUDGED + "q1\td1\thigh\n", "line 5: the score 'high' is no whole number"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, name: str, content: str, said: str) -> None:
    (write(tmp_path) / name).write_text(content)

    with pytest.raises(RunError, match=said):
        beir.read(tmp_path)


def test_a_query_of_two_known_items_is_not_asked() -> None:
    items = [KnownItem(id_, Item("", id_), query) for id_, query in (("a", "Same"), ("b", "same"), ("c", "other"))]

    found = of_known_items("items", items)

    assert found.queries == {"c": "other"}
    assert set(found.documents) == {"a", "b", "c"}


def test_the_summary_of_an_entry_is_asked_and_taken_out_of_it() -> None:
    rest = "It does so slowly, and without a sound that anybody could hear. " * 3
    text = (
        "# mod\n\nWhat the module is for.\n\n"
        f"## open(path)\n\nOpen a file by\nits path.\n\n{rest}\n\n"
        "## close(file)\n\nToo short.\n\n"
        f"## class File(path)\n\nA file that is open. {rest}\n\n### File.read()\n\nRead all of it. Nothing more.\n"
    )

    found = stdlib.of_corpus([CorpusDocument("mod", text)])

    assert found.queries == {"mod.open": "Open a file by its path.", "mod.File": "A file that is open."}
    assert found.documents["mod.open"] == Item("mod.open", f"mod.open(path)\n\n{rest.strip()}")


def test_the_summary_of_a_manual_page_is_asked_and_taken_out_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "man1"
    folder.mkdir()
    text = "Shows the \\fIcommit\\fR logs\\&.\n.PP\n" + "Takes options applicable to the rev\\-list command.\n" * 8
    name = '.TH GIT\\-LOG 1\n.SH "NAME"\ngit-log \\- Show commit logs\n'
    page = f'{name}.SH "SYNOPSIS"\n.sp\ngit log\n.SH DESCRIPTION\n{text}'
    (folder / "git-log.1.gz").write_bytes(gzip.compress(page.encode()))
    (folder / "mdoc.1").write_text(f".Sh NAME\n.Nm mdoc\n.Nd semantic markup language\n.Sh DESCRIPTION\n{text}")
    (folder / "other.1").write_text(".so man1/git-log.1\n")

    found = manual_pages.read(tmp_path)

    assert found.queries == {"git-log.1": "Show commit logs", "mdoc.1": "semantic markup language"}
    document = found.documents["git-log.1"]
    assert document.title == "git-log"
    assert document.text.startswith("SYNOPSIS\n\ngit log\n\nDESCRIPTION\n\nShows the commit logs.\n\nTakes options")
    assert "rev-list" in document.text


def test_a_folder_without_manual_pages_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="has no manual pages"):
        manual_pages.read(tmp_path)


def test_the_summary_of_a_package_is_asked(tmp_path: Path) -> None:
    described = " Bash is an sh-compatible command language interpreter.\n .\n" + " It reads commands.\n" * 8
    status = tmp_path / "status"
    status.write_text(
        f"Package: bash\nStatus: ok\nDescription: GNU Bourne Again SHell\n{described}Homepage: none\n\n"
        "Package: tiny\nDescription: says too little here\n Nothing.\n\n"
    )

    found = packages.read(status)

    assert found.queries == {"bash": "GNU Bourne Again SHell"}
    assert found.documents["bash"].text.startswith("Bash is an sh-compatible command language interpreter.\n\nIt reads")


def test_a_long_sentence_is_asked_and_taken_out() -> None:
    long = "a study of " + "very " * 15 + "long wings."
    text = f"the first is never asked {'even ' * 20}. short one. {long} another one. and the last."
    source = RetrievalSet("wings", {"a": Item("t", text), "b": Item("t", "too short.")}, {"q": "?"}, {"q": {"a": 1}})

    found = long_questions.of(source)

    assert found.name == "wings, long questions"
    assert found.queries == {"a": long}
    assert long not in found.documents["a"].text
    assert found.documents["a"].text.endswith("short one. another one. and the last.")
