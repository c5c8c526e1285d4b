"""The keyword leg, and cosines of what it found: the same cases for each store."""

import threading
from collections.abc import Sequence
from subprocess import Popen

import numpy as np
import pytest

from bloomweaver.errors import VectorIndexRejected
from bloomweaver.models.chunk import IndexedChunk
from bloomweaver.vector_stores import InvalidFilter, VectorStore, VectorStoreSettings, open_vector_store
from tests.vector_stores.conftest import StartProcess
from tests.vector_stores.samples import DIMENSION, chunk, vector
from tests.vector_stores.writer_process import is_deleted, keyword


def documents(*keywords: str) -> list[IndexedChunk]:
    """A document of one chunk for each of these, named by its place."""
    return [chunk(str(place), keywords=words) for place, words in enumerate(keywords)]


def found(store: VectorStore, *terms: str, top_k: int = 100) -> list[str]:
    return [hit.doc_hash for hit in store.query_keywords(terms, top_k)]


FILLING = ["some other words of another document"] * 20


@pytest.mark.parametrize(
    ("terms", "better", "worse"),
    [
        (["harbour", "tide"], "harbour tide wind", "harbour wave wind"),
        (["harbour"], "harbour harbour harbour wind wave sand", "harbour master tables wind wave sand"),
        (["harbour"], "harbour wind", "harbour wind wave sand tables master keeps everything in order here"),
        (["other", "harbour"], "harbour wind wave", "other wind wave"),
    ],
    ids=["more of the terms", "more often", "in a shorter text", "a rarer term"],
)
def test_the_better_match_comes_first(store: VectorStore, terms: list[str], better: str, worse: str) -> None:
    store.upsert(documents(worse, better, *FILLING))

    assert found(store, *terms)[:2] == ["1", "0"]


def test_hits_have_scores_above_zero_in_descending_order(store: VectorStore) -> None:
    store.upsert(documents("a b c", "a b", "a", "d"))

    hits = store.query_keywords(["a", "b", "c"], 10)

    scores = [hit.score for hit in hits]
    assert sorted(hit.doc_hash for hit in hits) == ["0", "1", "2"]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0
    assert [(hit.id, hit.version) for hit in hits if hit.doc_hash == "2"] == [(chunk("2").id, 1)]


def test_one_of_the_terms_is_enough(store: VectorStore) -> None:
    store.upsert(documents("harbour", "tide", "wind"))

    assert sorted(found(store, "harbour", "tide", "nowhere")) == ["0", "1"]


def test_a_term_that_is_asked_for_twice_is_asked_for_once(store: VectorStore) -> None:
    store.upsert(documents("harbour wind", "tide wind", *FILLING))

    assert store.query_keywords(["tide", "harbour", "tide"], 10) == store.query_keywords(["tide", "harbour"], 10)


def test_no_terms_find_nothing(store: VectorStore) -> None:
    store.upsert(documents("harbour"))

    assert found(store) == []


def test_a_term_that_is_nowhere_finds_nothing(store: VectorStore) -> None:
    store.upsert(documents("harbour"))

    assert found(store, "nowhere") == []


def test_thousands_of_terms(store: VectorStore) -> None:
    terms = [f"{number:030d}" for number in range(5_000)]
    store.upsert(documents(terms[0], terms[2_500], terms[-1], "harbour"))

    assert sorted(found(store, *terms)) == ["0", "1", "2"]


@pytest.mark.parametrize(
    "term",
    [
        "größe",
        "ﬁ",
        "ñandú",
        "世界",
        "ひらがな",
        "한국어",
        "مرحبا",
        "हिन्दी",
        "ไทย",
        "ⅷ",
        "٣",
        "a1b2",
        "𐐨",
        "x" * 40,
        "ж" * 19,
    ],
)
def test_a_term_of_any_script_is_found(store: VectorStore, term: str) -> None:
    store.upsert(documents(f"before {term} after", "before after"))

    assert found(store, term) == ["0"]


def test_terms_are_whole_words(store: VectorStore) -> None:
    store.upsert(documents("harbours", "harb", "harbour", "harbourmaster", "the"))

    assert found(store, "harbour") == ["2"]
    assert found(store, "the") == ["4"]


def test_words_of_query_languages_are_words(store: VectorStore) -> None:
    store.upsert(documents("and", "or", "not", "to", "harbour"))

    assert sorted(found(store, "and", "not")) == ["0", "2"]
    assert found(store, "to") == ["3"]


@pytest.mark.parametrize(
    "term", ["", " ", "a b", "a*", "a~2", "text:a", "a^5", "-a", "+a", '"a"', "(a", "a\0", "x" * 41]
)
def test_what_is_no_term_is_refused(store: VectorStore, term: str) -> None:
    store.upsert(documents("a b"))

    with pytest.raises(VectorIndexRejected):
        store.query_keywords(["a", term], 10)


def test_a_chunk_without_keywords_is_found_by_its_vector_alone(store: VectorStore) -> None:
    store.upsert(documents("", "harbour"))

    assert found(store, "harbour") == ["1"]
    assert [hit.doc_hash for hit in store.query(chunk("0").vector, 1)] == ["0"]


def test_text_and_title_are_not_looked_in(store: VectorStore) -> None:
    store.upsert(
        [chunk(text="harbour", title="harbour", heading="harbour", metadata={"a": "harbour"}, keywords="wind")]
    )

    assert found(store, "harbour") == []


def test_a_deleted_chunk_is_not_found(store: VectorStore) -> None:
    chunks = [chunk(index=number, keywords="harbour") for number in range(3)]
    store.upsert(chunks)

    store.delete([chunks[1].id])

    assert sorted(hit.id for hit in store.query_keywords(["harbour"], 10)) == [chunks[0].id, chunks[2].id]


def test_a_replaced_chunk_is_found_by_what_it_has_now(store: VectorStore) -> None:
    store.upsert(documents("harbour", "wind"))
    store.upsert(documents("tide"))

    assert found(store, "harbour") == []
    assert found(store, "tide") == ["0"]
    assert found(store, "wind") == ["1"]


@pytest.mark.parametrize(("top_k", "count"), [(1, 1), (3, 3), (5, 5), (10_000, 5)])
def test_top_k_bounds_the_hits(store: VectorStore, top_k: int, count: int) -> None:
    store.upsert(documents(*["harbour"] * 5))

    assert len(store.query_keywords(["harbour"], top_k)) == count


@pytest.mark.parametrize("top_k", [0, -1, 10_001])
def test_a_top_k_out_of_bounds_is_refused(store: VectorStore, top_k: int) -> None:
    with pytest.raises(VectorIndexRejected):
        store.query_keywords(["harbour"], top_k)


def test_an_empty_index_has_no_hits(store: VectorStore) -> None:
    assert found(store, "harbour") == []
    assert store.query_keywords(["harbour"], 10, {"a": {"$ne": 1}}) == []


def test_an_index_that_was_not_created_is_refused(settings: VectorStoreSettings) -> None:
    with pytest.raises(VectorIndexRejected):
        open_vector_store(settings).query_keywords(["harbour"], 10)
    with pytest.raises(VectorIndexRejected):
        open_vector_store(settings).cosines(vector(0), [chunk().id])


def test_a_filter_comes_before_top_k(store: VectorStore) -> None:
    best = [chunk("best", number, keywords="harbour", metadata={"lang": "en"}) for number in range(20)]
    store.upsert([*best, chunk("worst", keywords="harbour wind wave sand tables", metadata={"lang": "de"})])

    assert [hit.doc_hash for hit in store.query_keywords(["harbour"], 3, {"lang": "de"})] == ["worst"]


def test_a_bad_filter_is_named(store: VectorStore) -> None:
    for terms in (["harbour"], []):
        with pytest.raises(InvalidFilter) as caught:
            store.query_keywords(terms, 1, {"year": {"$gt": "2020"}})

        assert caught.value.key == "year"


@pytest.mark.heavy
def test_other_processes_write_while_this_one_searches(
    settings: VectorStoreSettings, store: VectorStore, start_process: StartProcess
) -> None:
    count = 16
    writers = {name: start_process(settings, name, str(count), "tell") for name in ("a", "b")}
    wrong: list[str] = []

    def search_for_what_is_written(name: str, writer: "Popen[str]") -> None:
        assert writer.stdout is not None
        for line in writer.stdout:
            what, _, number = line.strip().partition(" ")
            if what == "done":
                continue
            ids = [chunk(f"{name}-{number}", index).id for index in range(2)]
            hits = sorted(hit.id for hit in store.query_keywords([keyword(name, int(number))], 10))
            gone = what == "deleted"
            may_be_gone = gone or is_deleted(int(number))  # since the line was written
            if not ((hits == ids and not gone) or (hits == [] and may_be_gone)):
                wrong.append(f"{name}: {line.strip()}: {hits}")

    for writer in writers.values():
        assert writer.stdout is not None
        assert writer.stdin is not None
        assert writer.stdout.readline() == "ready\n"
    threads = [threading.Thread(target=search_for_what_is_written, args=item) for item in writers.items()]
    for thread, writer in zip(threads, writers.values(), strict=True):
        assert writer.stdin is not None
        thread.start()
        writer.stdin.write("\n")
        writer.stdin.flush()
    for thread in threads:
        thread.join(60)

    assert wrong == []
    kept = sorted(
        f"{name}-{number}" for name in writers for number in range(count) if not is_deleted(number) for _ in range(2)
    )
    assert sorted(found(store, "all")) == kept


# Cosines --------------------------------------------------------------------------------------------------------------


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return float(np.dot(one, other) / np.linalg.norm(one) / np.linalg.norm(other))


def test_cosines_are_of_the_chunks_that_are_named_and_there(store: VectorStore) -> None:
    chunks = [
        chunk(index=number, values=np.multiply(vector(number), 10.0 ** (number % 3)).tolist()) for number in range(10)
    ]
    store.upsert(chunks)
    query = np.multiply(vector(99), 7).tolist()

    cosines = store.cosines(query, [chunks[3].id, "doc#v000001-00099", chunks[0].id, chunks[7].id])

    expected = {chunks[number].id: cosine(query, chunks[number].vector) for number in (0, 3, 7)}
    assert cosines == pytest.approx(expected, abs=1e-5)


def test_cosines_are_within_their_bounds(store: VectorStore) -> None:
    values = vector(5)
    chunks = [chunk(index=0, values=values), chunk(index=1, values=[-value for value in values])]
    store.upsert(chunks)

    same, opposite = (store.cosines(values, [one.id])[one.id] for one in chunks)

    assert (same, opposite) == pytest.approx((1, -1), abs=1e-6)
    assert -1 <= opposite <= same <= 1


def test_cosines_of_more_chunks_than_one_request_takes(store: VectorStore) -> None:
    chunks = [chunk("large", number) for number in range(2_100)]
    store.upsert(chunks)

    cosines = store.cosines(vector(0), [one.id for one in chunks])

    assert cosines == pytest.approx({one.id: cosine(vector(0), one.vector) for one in chunks}, abs=1e-5)


def test_cosines_of_nothing_are_none(store: VectorStore) -> None:
    assert store.cosines(vector(0), []) == {}
    assert store.cosines(vector(0), [chunk().id]) == {}


@pytest.mark.parametrize("values", [[], vector(0, DIMENSION + 1), [0.0] * DIMENSION, [float("nan")] * DIMENSION])
def test_cosines_to_what_has_no_direction_are_refused(store: VectorStore, values: list[float]) -> None:
    with pytest.raises(VectorIndexRejected):
        store.cosines(values, [chunk().id])
