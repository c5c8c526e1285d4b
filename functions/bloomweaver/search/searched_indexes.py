"""Which indexes a search asks. Their cards are read once in an epoch, since the search waits for it.

Nothing is served from an index before its card is there, and the epoch moves before a record serves from anywhere new:
see `documents.epoch`. So cards that were read after an epoch are of all that is served from, for as long as it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.index_card import IndexCard
from bloomweaver.ports import Epoch


@dataclass(frozen=True)
class _Read:
    epoch: Epoch
    cards: Sequence[IndexCard]


class SearchedIndexes:
    """The cards of the indexes that something may be served from. Safe between threads."""

    def __init__(self, stores: IndexStores) -> None:
        self._stores = stores
        self._read: _Read | None = None

    def cards(self, epoch: Epoch | None) -> Sequence[IndexCard]:
        """Those of the epoch, which was read before this is called; with none, as they are now. The deployment's own
        comes first."""
        read = self._read
        if epoch is not None and read is not None and read.epoch == epoch:
            return read.cards
        cards = self._stores.searched()
        if epoch is not None:
            self._read = _Read(epoch, cards)
        return cards
