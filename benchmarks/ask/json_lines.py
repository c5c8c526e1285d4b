"""Reads a set from a folder: `documents.jsonl` and `questions.jsonl`, a JSON object a line.

A document has `id` and `text`, and may have `title` and `content_type` (`text/plain` by default; any that is text). A
question has `question`, `document` (the id of the one that answers it) and `answers` (sentences of it, each of which
answers), and may have `id` and `kind`.
"""

from pathlib import Path
from typing import Any

from benchmarks.ask.sets import AskSet, Question
from benchmarks.errors import RunError
from benchmarks.json_lines import objects
from benchmarks.retrieval.sets import Item


def read(folder: Path) -> AskSet:
    """The set in `folder`, named as that is. Raises `RunError`, with file and line, for what is not of this layout."""
    documents = {
        _string(line, "id", place): Item(
            title=_string(line, "title", place, ""),
            text=_string(line, "text", place),
            content_type=_string(line, "content_type", place, "text/plain"),
        )
        for place, line in objects(folder / "documents.jsonl")
    }
    questions = [
        Question(
            id=_string(line, "id", place, f"{number}"),
            text=_string(line, "question", place),
            document=_string(line, "document", place),
            answers=_strings(line, "answers", place),
            kind=_string(line, "kind", place, "question"),
        )
        for number, (place, line) in enumerate(objects(folder / "questions.jsonl"), 1)
    ]
    return AskSet(folder.resolve().name, documents, questions)


def _string(line: dict[str, Any], key: str, place: str, default: str | None = None) -> str:
    value = line.get(key, default)
    if not isinstance(value, str):
        raise RunError(f"{place}: {key!r} is no string")
    return value


def _strings(line: dict[str, Any], key: str, place: str) -> tuple[str, ...]:
    value = line.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise RunError(f"{place}: {key!r} is no list of strings with one or more")
    return tuple(value)
