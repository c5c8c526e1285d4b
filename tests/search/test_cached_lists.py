"""By what key lists are kept, and that they come back as they were."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.errors import VectorIndexUnavailable
from bloomweaver.models.chunk import Candidate
from bloomweaver.models.index_card import IndexCard, IndexState
from bloomweaver.search.answer import Part
from bloomweaver.search.cached_lists import CachedLists, ListsKey, decode, encode
from bloomweaver.search.legs import Asked, Leg
from bloomweaver.search.request import Mode
from tests.fakes import INDEX, SETTINGS

KEY = ListsKey("pump e4711", {"year": {"$gte": 2020}}, None, Mode.HYBRID, None, 200, None, "viewer")
CARD = IndexCard(index_name=INDEX, settings=SETTINGS, state=IndexState.LIVE, created_at="2026-01-01", revision=3)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text(min_size=1, max_size=8)


def digest(key: ListsKey) -> str:
    return key.digest(INDEX, SETTINGS)


def candidate(number: int, score: float, **changes: Any) -> Candidate:
    return Candidate(**{"id": f"doc#v000001-{number:05d}", "doc_hash": "doc", "version": 1, "score": score, **changes})


# Keys ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"folded": "pump e4712"},
        {"filter": None},
        {"filter": {}},
        {"filter": {"year": {"$gt": 2020}}},
        {"filter": {"year": {"$gte": 2020.0}}},
        {"filter": {"year": {"$gte": True}}},
        {"filter": {"year": {"$gte": "2020"}}},
        {"mode": Mode.DENSE},
        {"min_score": 0.0},
        {"depth": 800},
        {"reranker": "ms-marco"},
        {"role": "editor"},
    ],
)
def test_whatever_decides_a_list_decides_its_key(changes: dict[str, Any]) -> None:
    assert digest(replace(KEY, **changes)) != digest(KEY)


def test_filters_that_say_the_same_have_one_key() -> None:
    one = replace(KEY, filter={"year": {"$gte": 2020}, "place": {"$in": ["a", "b"]}})
    other = replace(KEY, filter={"place": {"$in": ["a", "b"]}, "year": {"$gte": 2020}})
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("index", "changes"), [("other", {}), (INDEX, {"model": "bge-small"}), (INDEX, {"extractor_version": 2})]
)
def test_a_deployment_finds_what_one_with_its_index_and_settings_kept(index: str, changes: dict[str, Any]) -> None:
    assert KEY.digest(index, SETTINGS.model_copy(update=changes)) != digest(KEY)


@pytest.mark.parametrize("text", ["пауза", "C++ & AT&T", "\x00", "\ud800", '"', "a" * 8192])
def test_no_text_is_in_a_key(text: str) -> None:
    key = digest(replace(KEY, folded=text, filter={"note": text}))
    assert text not in key
    assert len(key) < 80


# Lists ---------------------------------------------------------------------------------------------------------------


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    ids = draw(st.lists(NAMES, unique=True, max_size=8))
    known = {id_: (draw(NAMES), draw(st.integers(0, 10**6))) for id_ in ids}

    def leg() -> Leg:
        chosen = draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
        found = [Candidate(id=id_, doc_hash=known[id_][0], version=known[id_][1], score=draw(FLOATS)) for id_ in chosen]
        return Leg(found, draw(st.booleans()))

    card = CARD.model_copy(update={"index_name": draw(NAMES)})
    return Asked(card, {part: leg() for part in draw(st.sets(st.sampled_from([Part.DENSE, Part.KEYWORD])))})


@given(
    lists=st.builds(
        CachedLists,
        st.lists(asked(), max_size=3),
        st.integers(1, 99),
        st.dictionaries(NAMES, st.tuples(st.integers(1, 9), st.none() | NAMES), max_size=3),
    )
)
def test_lists_come_back_as_they_were(lists: CachedLists) -> None:
    assert decode(encode(lists)) == lists


@pytest.mark.parametrize("data", [b"", b"no zlib", encode(CachedLists([], 1))[:-3]])
def test_what_has_another_form_is_no_list(data: bytes) -> None:
    with pytest.raises(ValueError, match="no lists"):
        decode(data)


def test_a_thousand_candidates_of_two_legs_take_some_kilobytes() -> None:
    dense = [candidate(number, 1 / (number + 1.5)) for number in range(1000)]
    keyword = [candidate(number, 17 / (number + 1.1)) for number in range(500, 1500)]
    lists = CachedLists([Asked(CARD, {Part.DENSE: Leg(dense, False), Part.KEYWORD: Leg(keyword, True)})], 1)
    assert len(encode(lists)) < 100_000


def test_lists_are_complete_if_every_leg_answered() -> None:
    whole = Asked(CARD, {Part.DENSE: Leg([], True), Part.KEYWORD: Leg([], True)})
    failed = Asked(CARD, {Part.DENSE: Leg([], True), Part.KEYWORD: Leg([], True, VectorIndexUnavailable("down"))})
    assert CachedLists([whole, whole], 1).complete
    assert not CachedLists([whole, failed], 1).complete
    assert not CachedLists([], 1).complete
