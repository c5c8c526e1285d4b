"""Ids and keys: what a neighbour computes must be what we stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver import keys

DOC_HASHES = st.text(alphabet=st.sampled_from("abcXYZ019_-"), min_size=1, max_size=128)


def test_vector_id_names_document_version_and_place() -> None:
    assert keys.vector_id("doc", 7, 12) == "doc#v000007-00012"
    assert keys.backup_key("doc", 7, 12) == "doc/v000007-00012.json"


@given(DOC_HASHES, st.integers(min_value=1, max_value=10**9), st.integers(min_value=0, max_value=10**7))
def test_what_was_computed_is_read_back(doc_hash: str, version: int, index: int) -> None:
    assert keys.vector_place(keys.vector_id(doc_hash, version, index)) == (doc_hash, version, index)
    assert keys.backup_place(keys.backup_key(doc_hash, version, index)) == (doc_hash, version, index)


@pytest.mark.parametrize(
    "text",
    [
        *("", "doc", "doc#", "#v000001-00000", "doc#v1-0", "doc#v000001-00000 ", "doc#v000001-00000\n"),
        *("doc#v0000001-00000", "doc#v000001-000000", "do c#v000001-00000", "doc#v00000\u0661-00000"),
        *("doc/v000001-00000", "doc/v000001-00000.jsonl", "a/doc/v000001-00000.json", "a" * 129 + "#v000001-00000"),
        "doc#v" + "9" * 5000 + "-00000",
    ],
)
def test_what_was_never_computed_is_of_nothing(text: str) -> None:
    assert keys.vector_place(text) is None
    assert keys.backup_place(text) is None


DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize("passages", [False, True])
@given(doc_hash=DOC_HASHES, version=st.integers(min_value=1, max_value=10**9))
def test_a_source_s_key_is_read_back_and_is_no_backup_s(doc_hash: str, version: int, passages: bool) -> None:
    name = keys.source_name(DIGEST, passages=passages)
    key = keys.source_key(doc_hash, version, name)
    assert keys.source_place(key) == (doc_hash, version, name)
    assert keys.holds_passages(name) is passages
    assert keys.backup_place(key) is None
    assert keys.source_place(keys.backup_key(doc_hash, version, 0)) is None


@pytest.mark.parametrize("end", ["", "/", "/v1/", "/v000001/", f"/v000001/{DIGEST}0", f"/v000001/{DIGEST.upper()}"])
def test_what_was_never_computed_is_no_source(end: str) -> None:
    assert keys.source_place(f"doc{end}") is None
    assert keys.source_place(f"a/doc/v000001/{DIGEST}") is None


@given(DOC_HASHES, st.integers(min_value=1, max_value=10**9))
def test_execution_name_is_one_that_step_functions_takes(doc_hash: str, version: int) -> None:
    name = keys.execution_name(doc_hash, version)
    assert 1 <= len(name) <= 80
    assert name.endswith(f"-{version}")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@given(DOC_HASHES, st.integers(min_value=1, max_value=10**9), st.integers(min_value=1, max_value=99))
def test_each_attempt_has_an_execution_name_of_its_own(doc_hash: str, version: int, attempt: int) -> None:
    name = keys.execution_name(doc_hash, version, attempt)
    assert len(name) <= 80
    assert name.endswith(f"-{version}-r{attempt}")
    assert name != keys.execution_name(doc_hash, version)


def test_long_names_that_differ_only_at_the_end_stay_different() -> None:
    names = {keys.execution_name("a" * 127 + last, 1) for last in "bcd"}
    assert len(names) == 3
