"""What only Pinecone does: faults on the way, limits of a request, writes that show later. The SDK is the real one."""

import socket
from dataclasses import replace
from typing import Any

import pytest
from pinecone import ApiError, Pinecone
from pinecone.models.indexes.deployment import ManagedDeployment

from bloomweaver.errors import VectorIndexRejected, VectorIndexThrottled, VectorIndexUnavailable
from bloomweaver.models.chunk import Metadata
from bloomweaver.vector_stores import VectorStore, VectorStoreSettings, open_vector_store
from tests.pinecone_stub import DEFAULT_API_KEY, Fault, PineconeStub
from tests.vector_stores.samples import DIMENSION, chunk, vector

CALLS = {
    "upsert": lambda store: store.upsert([chunk()]),
    "search": lambda store: store.query(vector(0), 5),
    "delete": lambda store: store.delete([chunk().id]),
    "list": lambda store: store.ids("doc"),
    "fetch": lambda store: store.existing([chunk().id]),
}


@pytest.fixture
def store(pinecone_settings: VectorStoreSettings) -> VectorStore:
    """A store whose index is there and whose host is known."""
    opened = open_vector_store(pinecone_settings)
    opened.create()
    opened.upsert([chunk("first")])
    return opened


def found(store: VectorStore) -> list[str]:
    return sorted(hit.doc_hash for hit in store.query(vector(0), 100))


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, VectorIndexRejected),
        (402, VectorIndexRejected),
        (403, VectorIndexRejected),
        (408, VectorIndexUnavailable),
        (409, VectorIndexRejected),
        (412, VectorIndexRejected),
        (413, VectorIndexRejected),
        (422, VectorIndexRejected),
        (429, VectorIndexThrottled),
        (500, VectorIndexUnavailable),
        (502, VectorIndexUnavailable),
        (503, VectorIndexUnavailable),
        (504, VectorIndexUnavailable),
    ],
)
def test_an_error_status_has_its_error_and_is_not_tried_again(
    store: VectorStore, stub: PineconeStub, operation: str, status: int, error: type[Exception]
) -> None:
    stub.faults.clear()
    stub.faults.add(Fault(operation, status=status, retry_after="60"))

    with pytest.raises(error, match=str(status)) as caught:
        CALLS[operation](store)

    assert stub.faults.calls() == [operation]
    if status == 429:
        assert getattr(caught.value, "retry_after", None) == 60


@pytest.mark.parametrize("operation", CALLS)
def test_a_dropped_connection_is_unavailable(store: VectorStore, stub: PineconeStub, operation: str) -> None:
    stub.faults.clear()
    stub.faults.add(Fault(operation, drop=True))

    with pytest.raises(VectorIndexUnavailable):
        CALLS[operation](store)

    assert stub.faults.calls() == [operation]
    CALLS[operation](store)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("operation", CALLS)
def test_a_slow_answer_is_unavailable(
    pinecone_settings: VectorStoreSettings, stub: PineconeStub, operation: str
) -> None:
    impatient = open_vector_store(replace(pinecone_settings, timeout_seconds=0.2))
    CALLS[operation](impatient)
    stub.faults.add(Fault(operation, delay_seconds=1.0))

    with pytest.raises(VectorIndexUnavailable, match="timed out"):
        CALLS[operation](impatient)


def test_nobody_listening_is_unavailable(pinecone_settings: VectorStoreSettings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: a connection is refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(VectorIndexUnavailable):
            open_vector_store(replace(pinecone_settings, pinecone_host=url)).create()
        with pytest.raises(VectorIndexUnavailable):
            open_vector_store(replace(pinecone_settings, pinecone_index_host=url)).query(vector(0), 1)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("status", "error"),
    [(429, VectorIndexThrottled), (500, VectorIndexUnavailable), (403, VectorIndexRejected)],
)
def test_the_control_plane_may_fail_too(
    pinecone_settings: VectorStoreSettings, stub: PineconeStub, status: int, error: type[Exception]
) -> None:
    stub.faults.clear()
    stub.faults.add(Fault("describe", times=2, status=status))
    anew = open_vector_store(pinecone_settings)

    with pytest.raises(error):
        anew.create()
    with pytest.raises(error):
        anew.query(vector(0), 1)

    assert stub.faults.calls() == ["describe", "describe"]
    assert [hit.doc_hash for hit in anew.query(vector(0), 1)] == ["first"]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("operation", CALLS)
def test_a_wrong_key_is_rejected(pinecone_settings: VectorStoreSettings, operation: str) -> None:
    wrong = replace(pinecone_settings, pinecone_api_key="wrong")
    host = f"{pinecone_settings.pinecone_host}/index/{pinecone_settings.index_name}"

    with pytest.raises(VectorIndexRejected, match="401"):
        open_vector_store(wrong).create()
    with pytest.raises(VectorIndexRejected, match="401"):
        CALLS[operation](open_vector_store(wrong))
    with pytest.raises(VectorIndexRejected, match="401"):
        CALLS[operation](open_vector_store(replace(wrong, pinecone_index_host=host)))


def test_a_new_key_is_used_at_the_next_call(pinecone_settings: VectorStoreSettings, stub: PineconeStub) -> None:
    keys = [DEFAULT_API_KEY]
    store = open_vector_store(replace(pinecone_settings, pinecone_api_key=lambda: keys[-1]))
    store.create()
    store.upsert([chunk("first")])

    keys.append("withdrawn")
    with pytest.raises(VectorIndexRejected, match="401"):
        store.query(vector(0), 1)
    keys.append(DEFAULT_API_KEY)
    assert [hit.doc_hash for hit in store.query(vector(0), 1)] == ["first"]


def test_a_key_that_cannot_be_sent_is_rejected_and_not_shown(pinecone_settings: VectorStoreSettings) -> None:
    store = open_vector_store(replace(pinecone_settings, pinecone_api_key="secret-key\n"))

    with pytest.raises(VectorIndexRejected) as caught:
        store.create()

    assert "secret" not in str(caught.value)


def test_an_upsert_that_fails_in_part_raises_and_can_be_repeated(store: VectorStore, stub: PineconeStub) -> None:
    chunks = [chunk("large", number, text="x" * 50_000) for number in range(100)]
    stub.faults.clear()
    stub.faults.add(Fault("upsert", skip=1, status=503))

    with pytest.raises(VectorIndexUnavailable):
        store.upsert(chunks)

    assert stub.faults.calls() == ["upsert", "upsert"]
    stored = store.ids("large")
    assert 0 < len(stored) < 100
    assert stored == [one.id for one in chunks[: len(stored)]]

    store.upsert(chunks)

    assert store.ids("large") == [one.id for one in chunks]


def test_an_upsert_that_is_refused_in_part_is_rejected(store: VectorStore) -> None:
    chunks = [chunk("large", number, text="x" * 50_000) for number in range(50)]
    chunks.append(chunk("large", 50, text="x" * 100_001))

    with pytest.raises(VectorIndexRejected, match="100000 bytes"):
        store.upsert(chunks)


def test_an_upsert_whose_answer_is_lost_can_be_repeated(store: VectorStore, stub: PineconeStub) -> None:
    stub.faults.add(Fault("upsert", drop=True, applied=True))

    with pytest.raises(VectorIndexUnavailable):
        store.upsert([chunk()])
    assert found(store) == ["doc", "first"]

    store.upsert([chunk()])
    assert found(store) == ["doc", "first"]


def test_an_upsert_that_stores_a_part_can_be_repeated(store: VectorStore, stub: PineconeStub) -> None:
    chunks = [chunk("halved", number) for number in range(2)]
    stub.faults.add(Fault("upsert", partial=True))

    with pytest.raises(VectorIndexUnavailable, match="1 of 2"):
        store.upsert(chunks)
    assert len(store.ids("halved")) == 1

    store.upsert(chunks)
    assert len(store.ids("halved")) == 2


def test_requests_stay_within_the_size_that_pinecone_takes(store: VectorStore, stub: PineconeStub) -> None:
    # Text that JSON makes larger, and that UTF-8 does: 6 MB in all.
    chunks = [chunk("large", number, text='"\\' * 10_000 + "世" * 10_000) for number in range(60)]
    stub.faults.clear()

    store.upsert(chunks)

    assert len(stub.faults.calls()) == 3
    assert store.ids("large") == [one.id for one in chunks]


def test_a_request_has_at_most_as_many_documents_as_pinecone_takes(store: VectorStore, stub: PineconeStub) -> None:
    stub.faults.clear()

    store.upsert([chunk("many", number) for number in range(1_001)])
    ids = store.ids("many")
    store.delete(ids)

    assert stub.faults.calls() == ["upsert", "upsert", *["list"] * 11, "delete", "delete"]


def test_metadata_that_is_too_large_is_rejected(store: VectorStore) -> None:
    with pytest.raises(VectorIndexRejected, match="bytes of metadata"):
        store.upsert([chunk(metadata={"a": "x" * 30_000})])


def test_metadata_of_the_size_that_the_webhook_takes_is_stored(store: VectorStore) -> None:
    metadata: Any = {"a": "x" * 16_000, "b": ["y" * 100, "z" * 100]}

    store.upsert([chunk(metadata=metadata, title="t" * 1_000)])

    assert [hit.metadata for hit in store.complete(store.query(vector(0), 5, {"b": "y" * 100}))] == [metadata]


def test_writes_show_later(store: VectorStore, stub: PineconeStub) -> None:
    stub.consistency.delay_seconds = None
    store.upsert([chunk()])
    assert found(store) == ["first"]
    assert store.ids("doc") == []
    stub.flush()
    assert found(store) == ["doc", "first"]

    store.delete([chunk().id])
    assert found(store) == ["doc", "first"]
    stub.flush()
    assert found(store) == ["first"]


def test_writes_show_in_order(store: VectorStore, stub: PineconeStub) -> None:
    stub.consistency.delay_seconds = None
    store.upsert([chunk(text="one")])
    store.delete([chunk().id])
    store.upsert([chunk(text="two")])

    stub.flush()

    assert [hit.text for hit in store.complete(store.query(vector(0), 5)) if hit.doc_hash == "doc"] == ["two"]


def test_namespaces_are_apart(pinecone_settings: VectorStoreSettings, store: VectorStore) -> None:
    other = open_vector_store(replace(pinecone_settings, pinecone_namespace="other tests/ü"))
    other.delete([chunk("first").id])
    assert other.query(vector(0), 10) == []

    other.upsert([chunk("second")])
    other.delete([chunk("first").id])

    assert found(store) == ["first"]
    assert found(other) == ["second"]


@pytest.mark.usefixtures("store")
def test_the_default_namespace_has_a_name(pinecone_settings: VectorStoreSettings) -> None:
    fields = VectorStoreSettings(
        vector_store="pinecone",
        dimension=DIMENSION,
        pinecone_api_key=DEFAULT_API_KEY,
        pinecone_host=pinecone_settings.pinecone_host,
    )
    default = open_vector_store(fields)
    default.upsert([chunk("second")])

    assert found(default) == ["second"]
    assert found(open_vector_store(replace(fields, pinecone_namespace="__default__"))) == ["second"]


@pytest.mark.usefixtures("store")
def test_the_host_is_looked_up_once(pinecone_settings: VectorStoreSettings, stub: PineconeStub) -> None:
    stub.faults.clear()
    anew = open_vector_store(pinecone_settings)

    anew.query(vector(0), 1)
    anew.query(vector(0), 1)

    assert stub.faults.calls() == ["describe", "search", "search"]


@pytest.mark.usefixtures("store")
def test_a_host_that_is_given_is_not_looked_up(pinecone_settings: VectorStoreSettings, stub: PineconeStub) -> None:
    stub.faults.clear()
    host = f"{stub.url}/index/{pinecone_settings.index_name}"
    anew = open_vector_store(replace(pinecone_settings, pinecone_host="", pinecone_index_host=host))

    assert found(anew) == ["first"]
    assert stub.faults.calls() == ["search"]


def test_another_process_may_create_the_index_first(pinecone_settings: VectorStoreSettings, stub: PineconeStub) -> None:
    stub.faults.add(Fault("create", status=409, applied=True))

    open_vector_store(pinecone_settings).create()

    assert stub.faults.calls() == ["describe", "create", "describe"]
    assert found(open_vector_store(pinecone_settings)) == []


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"embedding": {"type": "dense_vector", "dimension": 9, "metric": "cosine"}}, "vectors of 9 numbers, not 8"),
        ({"embedding": {"type": "dense_vector", "dimension": 8, "metric": "euclidean"}}, "no field 'embedding'"),
        ({"other": {"type": "dense_vector", "dimension": 8, "metric": "cosine"}}, "no field 'embedding'"),
        ({"embedding": {"type": "dense_vector", "dimension": 8, "metric": "cosine"}}, "no field 'text'"),
    ],
)
def test_an_index_with_another_schema_is_refused(
    pinecone_settings: VectorStoreSettings, stub: PineconeStub, fields: dict[str, Any], complaint: str
) -> None:
    Pinecone(api_key=DEFAULT_API_KEY, host=stub.url).indexes.create(
        name=pinecone_settings.index_name, schema={"fields": fields}
    )
    store = open_vector_store(pinecone_settings)

    with pytest.raises(VectorIndexRejected, match=complaint):
        store.create()
    with pytest.raises(VectorIndexRejected, match=complaint):
        store.query(vector(0), 1)


# Keywords -------------------------------------------------------------------------------------------------------------

BEFORE = {
    "embedding": {"type": "dense_vector", "dimension": DIMENSION, "metric": "cosine"},
    "text": {"type": "string", "full_text_search": {}},
}
"""The fields of an index from before chunks had keywords."""
OTHER_KEYWORDS: list[dict[str, Any]] = [
    {},
    {"keywords": {"type": "string", "filterable": True}},
    {"keywords": {"type": "string", "full_text_search": {"stemming": True}}},
    {"keywords": {"type": "string", "full_text_search": {"ngram": {"min_gram": 2, "max_gram": 3}}}},
]


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, VectorIndexThrottled), (500, VectorIndexUnavailable), (400, VectorIndexRejected)],
)
def test_a_keyword_query_fails_as_any_search(
    store: VectorStore, stub: PineconeStub, status: int, error: type[Exception]
) -> None:
    stub.faults.clear()
    stub.faults.add(Fault("search", status=status))

    with pytest.raises(error, match=str(status)):
        store.query_keywords(["harbour"], 5)

    assert stub.faults.calls() == ["search"]


def test_thousands_of_terms_are_one_request(store: VectorStore, stub: PineconeStub) -> None:
    store.upsert([chunk(keywords="t00000 t19999")])
    stub.faults.clear()

    hits = store.query_keywords([f"t{number:05d}" for number in range(20_000)], 5)

    assert [hit.doc_hash for hit in hits] == ["doc"]
    assert stub.faults.calls() == ["search"]


def test_more_terms_than_a_search_takes_are_refused(store: VectorStore, stub: PineconeStub) -> None:
    stub.faults.clear()

    with pytest.raises(VectorIndexRejected, match="100000 terms"):
        store.query_keywords([f"{number:012d}" for number in range(100_000)], 5)

    assert stub.faults.calls() == []


def test_cosines_never_ask_for_more_than_the_service_answers(
    pinecone_settings: VectorStoreSettings, stub: PineconeStub
) -> None:
    dimension = 1_536
    store = open_vector_store(replace(pinecone_settings, dimension=dimension, index_name="wide"))
    store.create()
    chunks = [chunk("wide", number, values=vector(number, dimension)) for number in range(300)]
    for start in range(0, 300, 50):
        store.upsert(chunks[start : start + 50])
    stub.faults.clear()

    cosines = store.cosines(chunks[0].vector, [one.id for one in chunks])

    assert len(cosines) == 300
    assert stub.faults.calls() == ["fetch"] * 4


@pytest.mark.parametrize("keywords", OTHER_KEYWORDS, ids=["none", "to filter by", "stemmed", "parts of words"])
def test_an_index_without_plain_keywords_takes_nothing_and_says_what_to_do(
    pinecone_settings: VectorStoreSettings, stub: PineconeStub, keywords: dict[str, Any]
) -> None:
    indexes = Pinecone(api_key=DEFAULT_API_KEY, host=stub.url).indexes
    indexes.create(name=pinecone_settings.index_name, schema={"fields": BEFORE | keywords})

    for call in (
        lambda store: store.create(),
        lambda store: store.upsert([chunk()]),
        lambda store: store.query_keywords(["all"], 5),
    ):
        with pytest.raises(
            VectorIndexRejected, match=r"no field 'keywords' .* to a new name, and run `bloomweaver reindex`"
        ):
            call(open_vector_store(pinecone_settings))

    assert "upsert" not in stub.faults.calls()


def test_an_index_from_before_is_read_and_emptied(pinecone_settings: VectorStoreSettings, stub: PineconeStub) -> None:
    client = Pinecone(api_key=DEFAULT_API_KEY, host=stub.url)
    client.indexes.create(name=pinecone_settings.index_name, schema={"fields": BEFORE})
    stored = [chunk("old", number) for number in range(2)]
    client.index(pinecone_settings.index_name).documents.upsert(
        namespace=pinecone_settings.pinecone_namespace,
        documents=[
            {
                "_id": one.id,
                "embedding": one.vector,
                "metadata": "{}",
                **one.model_dump(include={"text", "doc_hash", "version", "chunk_id"}),
            }
            for one in stored
        ],
    )
    old = open_vector_store(pinecone_settings)
    ids = [one.id for one in stored]

    assert [hit.text for hit in old.complete(old.query(stored[0].vector, 1))] == ["some text"]
    assert old.ids("old") == old.page_of_ids(10, None).ids == ids
    assert old.existing(ids) == set(ids)
    assert old.cosines(stored[0].vector, ids[:1]) == pytest.approx({ids[0]: 1}, abs=1e-5)
    old.delete(ids)
    assert old.page_of_ids(10, None).ids == []
    old.drop()
    assert not old.exists()


def test_an_index_name_that_pinecone_does_not_take_is_rejected(pinecone_settings: VectorStoreSettings) -> None:
    with pytest.raises(VectorIndexRejected):
        open_vector_store(replace(pinecone_settings, index_name="Not A Name")).create()


def test_a_document_that_something_else_wrote_is_refused(
    pinecone_settings: VectorStoreSettings, store: VectorStore, stub: PineconeStub
) -> None:
    index = Pinecone(api_key=DEFAULT_API_KEY, host=stub.url).index(pinecone_settings.index_name)
    index.documents.upsert(
        namespace=pinecone_settings.pinecone_namespace,
        documents=[{"_id": "foreign", "embedding": vector(0), "text": "not ours"}],
    )

    with pytest.raises(VectorIndexRejected, match="foreign"):
        store.query(vector(0), 1)


# Sizes ----------------------------------------------------------------------------------------------------------------

TEXT = '"quoted"\n' * 10_000
METADATA: Metadata = {f"key{number}": "x" * 1_900 for number in range(9)}
"""Near to the most that the service keeps of a text (100 kB) and of metadata (40 kB), which is kept twice."""


@pytest.fixture
def heavy(store: VectorStore) -> VectorStore:
    """A store with a hundred chunks that are as large as they may be."""
    for index in range(100):
        store.upsert([chunk("heavy", index, text=TEXT, metadata=METADATA)])
    return store


def test_the_service_answers_no_more_than_four_megabytes(
    heavy: VectorStore, pinecone_settings: VectorStoreSettings, stub: PineconeStub
) -> None:
    index = Pinecone(api_key=DEFAULT_API_KEY, host=stub.url).index(pinecone_settings.index_name)
    query = [{"type": "dense_vector", "field": "embedding", "values": vector(0)}]
    with pytest.raises(ApiError, match="more than 4000000"):
        index.documents.search(
            namespace=pinecone_settings.pinecone_namespace, score_by=query, top_k=100, include_fields=["text"]
        )


def test_a_search_never_asks_for_more_however_large_the_chunks_are(heavy: VectorStore, stub: PineconeStub) -> None:
    candidates = heavy.query(vector(0), 1_000)
    assert len(candidates) == 101
    stub.faults.clear()
    shown = heavy.complete(candidates[:100])
    assert len(shown) == 100
    assert all(hit.text == TEXT and hit.metadata == METADATA for hit in shown if hit.doc_hash == "heavy")
    assert set(stub.faults.calls()) == {"fetch"}


def test_a_thousand_candidates_are_far_below_the_limit(store: VectorStore) -> None:
    name = "d" * 256
    store.upsert([chunk(name, index) for index in range(1_000)])
    assert len(store.query(vector(0), 1_000)) == 1_000


def test_what_was_removed_since_the_query_is_left_out(store: VectorStore, stub: PineconeStub) -> None:
    store.upsert([chunk("second")])
    candidates = store.query(vector(0), 5)
    store.delete([chunk("first").id])
    assert [hit.doc_hash for hit in store.complete(candidates)] == ["second"]


# Deletion and place ---------------------------------------------------------------------------------------------------


def test_nobody_waits_until_an_index_is_gone(store: VectorStore, stub: PineconeStub) -> None:
    stub.deletes_late = True
    stub.faults.clear()
    store.drop()
    assert stub.faults.calls() == ["describe", "delete_index"]
    assert store.exists()
    # Once more, to look: an index that is being deleted must not be asked to go again.
    store.drop()
    assert store.exists()
    stub.finish_deletions()
    store.drop()
    assert not store.exists()


def test_an_index_is_made_in_the_cloud_and_region_that_are_named(
    pinecone_settings: VectorStoreSettings, stub: PineconeStub
) -> None:
    here = replace(pinecone_settings, index_name="here", pinecone_cloud="gcp", pinecone_region="europe-west4")
    open_vector_store(here).create()
    made = Pinecone(api_key=DEFAULT_API_KEY, host=stub.url).indexes.describe("here").deployment
    assert isinstance(made, ManagedDeployment)
    assert (made.cloud, made.region) == ("gcp", "europe-west4")
    open_vector_store(here).create()


def test_no_text_goes_to_an_index_in_another_region(pinecone_settings: VectorStoreSettings) -> None:
    open_vector_store(pinecone_settings).create()
    elsewhere = open_vector_store(replace(pinecone_settings, pinecone_region="eu-west-1"))
    with pytest.raises(VectorIndexRejected, match="lies in aws us-east-1, not in aws eu-west-1"):
        elsewhere.create()
    with pytest.raises(VectorIndexRejected, match="lies in aws us-east-1"):
        elsewhere.upsert([chunk()])
