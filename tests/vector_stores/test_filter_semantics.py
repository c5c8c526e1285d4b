"""What a filter finds: the same in every store and each leg of a search, whatever Pinecone does with a missing key."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bloomweaver.models.chunk import Metadata
from bloomweaver.vector_stores import VectorStore, VectorStoreSettings, lance_upkeep, open_vector_store
from bloomweaver.vector_stores.filters import parse
from bloomweaver.vector_stores.lance import LanceStore
from tests.examples import examples
from tests.pinecone_stub import PineconeStub
from tests.pinecone_stub.wire_filter import passes
from tests.vector_stores.samples import chunk, vector

DOCUMENTS: dict[str, Metadata] = {
    "none": {},
    "text5": {"v": "5"},
    "int5": {"v": 5},
    "float5": {"v": 5.0},
    "float55": {"v": 5.5},
    "negative": {"v": -1e-7},
    "huge": {"v": 1e300},
    "zero": {"v": 0},
    "minus_zero": {"v": -0.0},
    "true": {"v": True},
    "false": {"v": False},
    "one": {"v": 1},
    "text50": {"v": "5.0"},
    "text_true": {"v": "true"},
    "text_True": {"v": "True"},
    "empty_text": {"v": ""},
    "list": {"v": ["a", "b"]},
    "list5": {"v": ["5"]},
    "empty_list": {"v": []},
    "a": {"v": "a"},
    "quote": {"v": "it's", "w": 1},
    "backslash": {"v": "\\", "w": 2},
    "unicode": {"v": "größe 世界", "w": 3},
    "json": {"v": '","a"]', "w": 4},
    "other_key": {"w": 5},
    "odd_keys": {"it's": "x", 'a"b': 1, "a,b": "c", "a": "b,c", "": 2, "a.b": 3},
}
NUMBERS = {"int5", "float5", "float55", "negative", "huge", "zero", "minus_zero", "one"}
WITH_V = {name for name, metadata in DOCUMENTS.items() if "v" in metadata}


@pytest.fixture(
    params=["lancedb", "lancedb, indexed", "lancedb, half indexed", "pinecone", "pinecone, $ne finds missing keys"],
    scope="module",
)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Each store in turn with `DOCUMENTS`, the name of each as its `doc_hash`."""
    with PineconeStub() as stub, pytest.MonkeyPatch.context() as patch:
        stub.consistency.ne_finds_missing = "$ne" in request.param
        patch.setattr(lance_upkeep, "INDEXED_FROM_ROWS", 1 if "indexed" in request.param else 5_000)
        store = open_vector_store(
            VectorStoreSettings(
                vector_store=request.param.split(",")[0],
                dimension=8,
                lancedb_uri=str(tmp_path_factory.mktemp("lancedb")),
                pinecone_api_key=stub.api_key,
                pinecone_host=stub.url,
            )
        )
        store.create()
        chunks = [chunk(name, metadata=metadata, keywords="all") for name, metadata in DOCUMENTS.items()]
        indexed = len(chunks) // 2 if "half" in request.param else len(chunks)
        store.upsert(chunks[:indexed])
        if isinstance(store, LanceStore):
            store.optimize()
        store.upsert(chunks[indexed:])
        yield store


def found(store: VectorStore, filter: dict[str, Any]) -> set[str]:
    by_vector = [hit.doc_hash for hit in store.query(vector(0), 100, filter)]
    by_keyword = [hit.doc_hash for hit in store.query_keywords(["all"], 100, filter)]
    assert sorted(by_vector) == sorted(by_keyword)
    return set(by_vector)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({}, set(DOCUMENTS)),
        ({"v": 5}, {"int5", "float5"}),
        ({"v": 5.0}, {"int5", "float5"}),
        ({"v": "5"}, {"text5", "list5"}),
        ({"v": "5.0"}, {"text50"}),
        ({"v": "True"}, {"text_True"}),
        ({"v": True}, {"true"}),
        ({"v": False}, {"false"}),
        ({"v": 1}, {"one"}),
        ({"v": 0}, {"zero", "minus_zero"}),
        ({"v": -0.0}, {"zero", "minus_zero"}),
        ({"v": ""}, {"empty_text"}),
        ({"v": "a"}, {"a", "list"}),
        ({"v": "it's"}, {"quote"}),
        ({"v": "\\"}, {"backslash"}),
        ({"v": "größe 世界"}, {"unicode"}),
        ({"v": '","a"]'}, {"json"}),
        ({"v": {"$ne": "a"}}, WITH_V - {"a", "list"}),
        ({"v": {"$ne": 5}}, WITH_V - {"int5", "float5"}),
        ({"v": {"$ne": True}}, WITH_V - {"true"}),
        ({"v": {"$gt": 5}}, {"float55", "huge"}),
        ({"v": {"$gte": 5}}, {"int5", "float5", "float55", "huge"}),
        ({"v": {"$lt": 0}}, {"negative"}),
        ({"v": {"$lte": 0}}, {"negative", "zero", "minus_zero"}),
        ({"v": {"$lt": 1e301}}, NUMBERS),
        ({"v": {"$gt": -1}}, NUMBERS),
        ({"v": {"$gt": 0, "$lt": 5.5}}, {"one", "int5", "float5"}),
        ({"v": {"$in": ["a", "5"]}}, {"a", "list", "text5", "list5"}),
        ({"v": {"$in": [1, 5.5]}}, {"one", "float55"}),
        ({"v": {"$nin": ["a", "5"]}}, WITH_V - {"a", "list", "text5", "list5"}),
        ({"v": {"$nin": [5]}}, WITH_V - {"int5", "float5"}),
        ({"v": {"$exists": True}}, WITH_V),
        ({"v": {"$exists": False}}, {"none", "other_key", "odd_keys"}),
        ({"nowhere": 1}, set()),
        ({"nowhere": {"$ne": 1}}, set()),
        ({"nowhere": {"$nin": [1]}}, set()),
        ({"nowhere": {"$lt": 1}}, set()),
        ({"nowhere": {"$exists": True}}, set()),
        ({"nowhere": {"$exists": False}}, set(DOCUMENTS)),
        ({"v": "it's", "w": 1}, {"quote"}),
        ({"v": "it's", "w": 2}, set()),
        ({"$and": [{"v": "a"}, {"v": "b"}]}, {"list"}),
        ({"$or": [{"v": "b"}, {"w": {"$gte": 4}}]}, {"list", "json", "other_key"}),
        ({"$or": [{"v": {"$exists": False}}, {"v": {"$ne": "a"}}]}, set(DOCUMENTS) - {"a", "list"}),
        ({"$or": [{"nowhere": {"$gt": 1}}, {"w": {"$in": [1]}}]}, {"quote"}),
        ({"it's": "x"}, {"odd_keys"}),
        ({'a"b': {"$gt": 0}}, {"odd_keys"}),
        ({"a,b": "c"}, {"odd_keys"}),
        ({"a": "b,c"}, {"odd_keys"}),
        ({"": {"$gte": 2}}, {"odd_keys"}),
        ({"a.b": 3}, {"odd_keys"}),
        ({"doc_hash": "a"}, set()),
        ({"m_v": "a"}, set()),
    ],
    ids=lambda value: json.dumps(value, ensure_ascii=True) if isinstance(value, dict) else "",
)
def test_a_filter_finds(filled: VectorStore, filter: dict[str, Any], expected: set[str]) -> None:
    assert found(filled, filter) == expected


texts = st.one_of(
    st.sampled_from(["a", "b", "5", "", "it's", "\\", "größe 世界", '","a"]', "true", "5.0"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)
numbers = st.one_of(
    st.sampled_from([0, 1, 5, 5.0, 5.5, -1e-7, 1e300, -0.0]),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)
conditions = st.one_of(
    texts,
    numbers,
    st.booleans(),
    st.builds(
        lambda operator, value: {operator: value}, st.sampled_from(["$eq", "$ne"]), texts | numbers | st.booleans()
    ),
    st.builds(lambda operator, value: {operator: value}, st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), numbers),
    st.builds(
        lambda operator, values: {operator: values},
        st.sampled_from(["$in", "$nin"]),
        st.lists(texts, min_size=1, max_size=4) | st.lists(numbers, min_size=1, max_size=4),
    ),
    st.builds(lambda present: {"$exists": present}, st.booleans()),
)
keys = st.one_of(
    st.sampled_from(["v", "w", "it's", 'a"b', "", "nowhere"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=3).filter(lambda key: not key.startswith("$")),
)
filters = st.recursive(
    st.dictionaries(keys, conditions, min_size=1, max_size=3),
    lambda members: st.builds(
        lambda operator, group: {operator: group},
        st.sampled_from(["$and", "$or"]),
        st.lists(members, min_size=1, max_size=3),
    ),
    max_leaves=5,
)


@hypothesis_settings(
    max_examples=examples(120),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(filter=filters)
def test_any_filter_finds_what_it_says(filled: VectorStore, filter: dict[str, Any]) -> None:
    parse(filter)
    expected = {name for name, metadata in DOCUMENTS.items() if passes(filter, metadata, ne_finds_missing=False)}

    assert found(filled, filter) == expected
