"""The vector stores of several indexes: the deployment's own, and those that others left."""

from collections.abc import Callable

from bloomweaver.errors import UnknownIndex
from bloomweaver.keys import is_index_name
from bloomweaver.models.index_card import IndexCard, IndexSettings, IndexState
from bloomweaver.ports import Indexes
from bloomweaver.vector_stores.base import VectorStore


class IndexStores:
    """Opens the store of an index by its name, and keeps it open."""

    def __init__(
        self, indexes: Indexes, open_store: Callable[[str, int], VectorStore], own: str, own_settings: IndexSettings
    ) -> None:
        """`open_store` takes the name of an index and its dimension. The index `own` is the deployment's: it needs no
        card to be opened."""
        self._indexes = indexes
        self._open_store = open_store
        self._own = own
        self._own_settings = own_settings
        self._stores: dict[tuple[str, int], VectorStore] = {}

    @property
    def own_model(self) -> str:
        """The name of the embedding model of the deployment's index."""
        return self._own_settings.model

    def of(self, index: str, dimension: int) -> VectorStore:
        """The store of an index whose dimension is known."""
        if (index, dimension) not in self._stores:
            self._stores[index, dimension] = self._open_store(index, dimension)
        return self._stores[index, dimension]

    def named(self, index: str) -> VectorStore:
        """The store of an index. Raises `UnknownIndex` for one that has no card."""
        return self.of(index, self.dimension(index))

    def dimension(self, index: str) -> int:
        """The length of the vectors in an index. Raises `UnknownIndex` for one that has no card."""
        return self._settings(index).dimension

    def has_keywords(self, index: str) -> bool:
        """Whether chunks of an index are written with their keywords. Raises `UnknownIndex` for one without a card."""
        return self._settings(index).has_keywords

    def _settings(self, index: str) -> IndexSettings:
        return self._own_settings if index == self._own else known(self._indexes, index).settings

    def searched(self) -> list[IndexCard]:
        """The cards of all indexes that something may be served from, the deployment's own first.

        Where there is no card at all, that one alone: nothing was indexed yet, or the cards are lost.
        """
        cards = self._indexes.all()
        if not cards:
            return [self._own_card()]
        return sorted((card for card in cards if card.searched), key=lambda card: card.index_name != self._own)

    def _own_card(self) -> IndexCard:
        return IndexCard(index_name=self._own, settings=self._own_settings, state=IndexState.LIVE, created_at="")


def known(indexes: Indexes, index: str) -> IndexCard:
    """The card of `index`. Raises `UnknownIndex` if it has none, or is no name of an index."""
    card = indexes.get(index) if is_index_name(index) else None
    if card is None:
        raise UnknownIndex(f"no index '{index}' is known")
    return card
