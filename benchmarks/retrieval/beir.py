"""Reads a folder in BEIR's layout: `corpus.jsonl`, `queries.jsonl`, and judgements in `qrels.tsv` or `qrels/test.tsv`.

It is described at https://github.com/beir-cellar/beir/wiki/Load-your-custom-dataset.
"""

import csv
from pathlib import Path
from typing import Any

from benchmarks.errors import RunError
from benchmarks.json_lines import objects
from benchmarks.retrieval.sets import Item, RetrievalSet

JUDGEMENTS = ("qrels.tsv", "qrels/test.tsv")


def read(folder: Path) -> RetrievalSet:
    """The set in `folder`, named as the folder is. Queries without a relevant document are left out.

    Raises `RunError`, with the file and the line, for a folder that is not of this layout.
    """
    corpus, queries = folder / "corpus.jsonl", folder / "queries.jsonl"
    judgements = next((folder / name for name in JUDGEMENTS if (folder / name).is_file()), folder / JUDGEMENTS[0])
    for path in (corpus, queries, judgements):
        if not path.is_file():
            raise RunError(f"{folder} is not in BEIR's layout: it has no {path.relative_to(folder)}")
    documents = {
        _string(line, "_id", place): Item(title=line.get("title") or "", text=_string(line, "text", place))
        for place, line in objects(corpus)
    }
    asked = {_string(line, "_id", place): _string(line, "text", place) for place, line in objects(queries)}
    relevant = _judgements(judgements, asked)
    return RetrievalSet(
        name=folder.resolve().name,
        documents=documents,
        queries={id_: text for id_, text in asked.items() if id_ in relevant},
        relevant=relevant,
    )


def _string(line: dict[str, Any], key: str, place: str) -> str:
    value = line.get(key)
    if not isinstance(value, str):
        raise RunError(f"{place}: {key!r} is no string")
    return value


def _judgements(path: Path, queries: dict[str, str]) -> dict[str, dict[str, int]]:
    """By query, the grades of the documents above 0. Some sets judge documents that they do not have: those are kept,
    and are never found, as trec_eval counts it."""
    relevant: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), 1):
            if number == 1 and row[:1] == ["query-id"]:
                continue
            place = f"{path}, line {number}"
            if len(row) != 3:
                raise RunError(f"{place}: it has {len(row)} columns, not query, document and score")
            query, document, score = row
            if query not in queries:
                raise RunError(f"{place}: there is no query {query!r}")
            try:
                grade = int(score)
            except ValueError as error:
                raise RunError(f"{place}: the score {score!r} is no whole number") from error
            if grade > 0:
                relevant.setdefault(query, {})[document] = grade
    return relevant
