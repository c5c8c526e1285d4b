"""The deletion of an index that nothing is served from any more."""

from bloomweaver.errors import IndexInUse
from bloomweaver.indexes.stores import IndexStores, known
from bloomweaver.models.index_card import IndexState
from bloomweaver.ports import Indexes


def delete_index(indexes: Indexes, stores: IndexStores, index: str) -> None:
    """Delete a retired index, and then its card. Repeating it is safe.

    Raises `UnknownIndex`, `IndexInUse` and the store's errors.
    """
    card = known(indexes, index)
    if card.state is not IndexState.RETIRED:
        raise IndexInUse(
            f"the index '{index}' is {card.state}, and only a retired one can be deleted: `bloomweaver reindex` "
            "retires those that nothing is served from any more"
        )
    stores.of(index, card.settings.dimension).drop()
    indexes.delete(card)
