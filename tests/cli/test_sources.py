"""From files to webhook bodies: ids, content types, what is left out."""

import json
import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bloomweaver.content import CONTENT_TYPES as ACCEPTED_BY_THE_API
from bloomweaver.models.webhook import WebhookBody
from cli.client import compress, serialise
from cli.sources import CONTENT_TYPES, PREFIX, Source, document_id, find, folder_of

EXAMPLES = Path(__file__).parent / "sources.json"
"""What files become as documents. `frontend/src/uploads/source.test.ts` reads it too."""
DOC_HASH = re.compile(r"[A-Za-z0-9_-]{1,128}")

# Any bytes but the slash and zero make a file's name on Linux.
names = st.binary(min_size=1, max_size=60).map(lambda b: b.replace(b"/", b"_").replace(b"\0", b"_")).map(os.fsdecode)
paths = st.lists(names, min_size=1, max_size=5).map("/".join).map(PurePosixPath).filter(lambda path: path.parts)
prefixes = st.one_of(st.just(""), st.from_regex(PREFIX, fullmatch=True))


@given(paths, prefixes)
@example(PurePosixPath("Ärger über 日本/ .md"), "")
@example(PurePosixPath("\udcff\udcfe.txt"), "p" * 64)
@example(PurePosixPath("x" * 250 + ".md"), "p" * 64)
def test_an_id_is_one_that_the_api_takes_and_always_the_same(path: PurePosixPath, prefix: str) -> None:
    doc_hash = document_id(path, prefix)
    assert DOC_HASH.fullmatch(doc_hash)
    assert doc_hash.startswith(prefix)
    assert document_id(PurePosixPath(str(path)), prefix) == doc_hash


@given(st.tuples(paths, prefixes), st.tuples(paths, prefixes))
@example((PurePosixPath("a/b.md"), ""), (PurePosixPath("a-b.md"), ""))
@example((PurePosixPath("a b.md"), ""), (PurePosixPath("a_b.md"), ""))
@example((PurePosixPath("b.md"), "a"), (PurePosixPath("a/b.md"), ""))
@example((PurePosixPath("x" * 200 + "1.md"), ""), (PurePosixPath("y" + "x" * 199 + "1.md"), ""))
def test_different_files_have_different_ids(one: tuple[PurePosixPath, str], other: tuple[PurePosixPath, str]) -> None:
    assume(one != other)
    assert document_id(*one) != document_id(*other)


def test_an_id_can_be_read() -> None:
    assert document_id(PurePosixPath("guide/Getting started.md"), "docs").startswith("docs-guide-Getting-started-md-")


@pytest.mark.parametrize("example", json.loads(EXAMPLES.read_text()), ids=lambda example: ascii(example["path"])[:60])
def test_a_file_is_the_document_that_the_dashboard_makes_of_it(example: dict[str, Any]) -> None:
    path, target = PurePosixPath(example["path"]), example["target"]
    content_type = CONTENT_TYPES[path.suffix.lower()]
    folder, doc_hash = folder_of(path, target["folder"]), document_id(path, target["prefix"])
    source = Source(Path(path), path, content_type, doc_hash, folder, target["language"] or None)
    assert source.said() == example["document"]


def test_every_suffix_has_a_type_that_the_api_takes() -> None:
    assert set(CONTENT_TYPES.values()) == set(ACCEPTED_BY_THE_API)


@given(
    paths.filter(lambda path: len(str(path)) < 1000), st.sampled_from(sorted(CONTENT_TYPES)), st.binary(max_size=200)
)
@example(PurePosixPath("a.txt"), ".txt", "ÄÖÜ".encode("latin-1"))
def test_a_body_is_one_that_the_api_takes_and_carries_the_bytes(path: PurePosixPath, suffix: str, data: bytes) -> None:
    source = Source(Path(path), path, CONTENT_TYPES[suffix], document_id(path))
    body = source.body(data)
    compress(serialise(body))
    checked = WebhookBody.model_validate(body)
    assert checked.inline_content() == data


def test_text_travels_as_text_and_binary_as_base64() -> None:
    def source(name: str) -> Source:
        path = PurePosixPath(name)
        return Source(Path(name), path, CONTENT_TYPES[path.suffix], document_id(path))

    assert source("a.md").body("# Käse\n".encode())["content"] == "# Käse\n"
    assert source("a.pdf").body(b"%PDF")["content_base64"] == "JVBERg=="
    assert "content" not in source("a.pdf").body(b"%PDF")


def test_a_folder_is_taken_with_all_below_it(tmp_path: Path) -> None:
    for name in ("b.md", "a.TXT", "guide/deep/c.html", "guide/picture.png", "noext", ".git/d.md", ".hidden.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = find([tmp_path])
    assert [source.relative.as_posix() for source in found.sources] == ["a.TXT", "b.md", "guide/deep/c.html"]
    assert found.skipped == {".png": 1, "no suffix": 1}
    body = found.sources[2].body(b"x")
    assert body["title"] == "c.html"
    assert body["metadata"] == {"path": "guide/deep/c.html", "folder": "guide/deep", "suffix": ".html"}


def test_ids_do_not_depend_on_where_the_folder_is(tmp_path: Path) -> None:
    ids = []
    for place in ("here", "there"):
        (tmp_path / place / "guide").mkdir(parents=True)
        (tmp_path / place / "guide" / "a.md").write_text("x")
        ids.append([source.doc_hash for source in find([tmp_path / place]).sources])
    assert ids[0] == ids[1]


def test_a_file_that_is_given_twice_is_taken_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x")
    assert len(find([tmp_path, tmp_path / "a.md"]).sources) == 1


def test_two_files_that_would_have_one_id_are_told_apart_by_a_prefix(tmp_path: Path) -> None:
    for place in ("one", "other"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "README.md").write_text(place)
    found = find([tmp_path / "one", tmp_path / "other"])
    assert [source.path for source in found.sources] == [tmp_path / "one" / "README.md"]
    assert [entry.path for entry in found.unusable] == [tmp_path / "other" / "README.md"]
    assert "--prefix" in found.unusable[0].reason


def test_a_dead_link_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    found = find([tmp_path])
    assert not found.sources
    assert found.skipped == {".md": 1}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    found = find([tmp_path])
    assert [entry.path for entry in found.unusable] == [locked]
