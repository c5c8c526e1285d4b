"""Every vector store finds in a folder what is in it and below it, in each leg, and with a filter what both allow."""

import pytest

from bloomweaver.models.folder_path import holders, is_within
from bloomweaver.vector_stores import VectorStore
from tests.vector_stores.samples import chunk, vector

FOLDERS = ["/", "/a", "/a/b", "/a/b/c", "/ab", "/A", "/a'b\"", "/[]", "/a b", "/\u00fc", "/" + "x" * 1000]
DEEP = "/" + "/".join(f"level {number}" for number in range(32))


def found(store: VectorStore, folder: str | None, filter: dict[str, object] | None = None) -> set[str]:
    by_vector = {hit.doc_hash for hit in store.query(vector(0), 100, filter, folder)}
    by_keyword = {hit.doc_hash for hit in store.query_keywords(["all"], 100, filter, folder)}
    assert by_vector == by_keyword
    return by_vector


@pytest.fixture
def filled(store: VectorStore) -> VectorStore:
    """The store with a document in each folder, named by its place in the list; every other one has a mark."""
    store.upsert(
        [
            chunk(str(number), keywords="all", folder=folder, metadata={"even": number % 2 == 0})
            for number, folder in enumerate([*FOLDERS, DEEP])
        ]
    )
    return store


def test_a_folder_has_what_is_in_it_and_below_it(filled: VectorStore) -> None:
    for folder in [*FOLDERS, *holders(DEEP), "/nowhere", "/a/", "$folder"]:
        expected = {str(n) for n, other in enumerate([*FOLDERS, DEEP]) if is_within(other, folder)}
        assert found(filled, folder) == expected, folder
    assert found(filled, None) == found(filled, "/")


def test_a_folder_and_a_filter_both_have_to_hold(filled: VectorStore) -> None:
    assert found(filled, "/a", {"even": True}) == {"2"}
    assert found(filled, "/a", {"$or": [{"even": True}, {"even": False}]}) == {"1", "2", "3"}


def test_no_metadata_passes_for_a_folder(store: VectorStore) -> None:
    store.upsert([chunk("doc", keywords="all", metadata={"folder": "/a", "folders": ["/a"]})])
    assert found(store, "/a") == set()


def test_a_document_that_moves_is_in_its_new_folder_alone(filled: VectorStore) -> None:
    filled.upsert([chunk("1", keywords="all", folder="/ab", metadata={"even": False})])
    assert found(filled, "/a") == {"2", "3"}
    assert found(filled, "/ab") == {"1", "4"}
