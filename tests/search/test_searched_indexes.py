"""Which indexes a search asks, as far as it has to look."""

from dataclasses import dataclass

import pytest

from bloomweaver.models.index_card import IndexCard, IndexState
from bloomweaver.ports import Epoch
from bloomweaver.search.searched_indexes import SearchedIndexes
from tests.fakes import INDEX, SETTINGS, MemoryEpochs, MemoryIndexes, MemoryVectors, Ticks, memory_stores


@dataclass
class CountedIndexes(MemoryIndexes):
    """Counts how often all cards are read."""

    reads: int = 0

    def all(self) -> list[IndexCard]:
        self.reads += 1
        return super().all()


@pytest.fixture
def indexes() -> CountedIndexes:
    found = CountedIndexes()
    add(found, INDEX)
    return found


@pytest.fixture
def searched(indexes: CountedIndexes) -> SearchedIndexes:
    return SearchedIndexes(memory_stores(MemoryVectors(), indexes))


def add(indexes: MemoryIndexes, name: str) -> None:
    assert indexes.put(
        IndexCard(index_name=name, settings=SETTINGS, state=IndexState.LIVE, created_at="2026-01-01T00:00:00Z")
    )


def names(searched: SearchedIndexes, epoch: Epoch | None) -> list[str]:
    return [card.index_name for card in searched.cards(epoch)]


def test_cards_are_read_once_in_an_epoch(indexes: CountedIndexes, searched: SearchedIndexes) -> None:
    epochs = MemoryEpochs(Ticks())
    epochs.advance()
    assert [names(searched, epochs.read()) for _ in range(3)] == [[INDEX]] * 3
    assert indexes.reads == 1


def test_an_index_is_searched_from_the_epoch_on_in_which_it_may_serve(
    indexes: CountedIndexes, searched: SearchedIndexes
) -> None:
    epochs = MemoryEpochs(Ticks())
    epochs.advance()
    names(searched, epochs.read())
    add(indexes, "other")
    epochs.advance()
    assert names(searched, epochs.read()) == [INDEX, "other"]
    assert names(searched, epochs.read()) == [INDEX, "other"]
    assert indexes.reads == 2


def test_where_nobody_knows_the_epoch_cards_are_read_each_time(
    indexes: CountedIndexes, searched: SearchedIndexes
) -> None:
    epoch = Epoch(1, "2026-01-01T00:00:00Z")
    names(searched, epoch)
    add(indexes, "other")
    assert names(searched, None) == [INDEX, "other"]
    assert names(searched, epoch) == [INDEX], "what was read without an epoch says nothing of any"
    assert indexes.reads == 2
