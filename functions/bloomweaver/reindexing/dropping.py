"""The deletion of an index that nothing is served from any more."""

from bloomweaver.errors import IndexInUse
from bloomweaver.indexes.stores import IndexStores, known
from bloomweaver.models.index_card import IndexState
from bloomweaver.ports import Epochs, Indexes


def delete_index(indexes: Indexes, stores: IndexStores, epochs: Epochs, index: str) -> bool:
    """Have a retired index deleted. Returns whether it is gone, and its card with it.

    A vector store may take minutes, so nobody waits here: while it is not gone its card stays, and whoever repeats this
    looks again. Repeating it is safe.

    Raises `UnknownIndex`, `IndexInUse` and the store's errors.
    """
    card = known(indexes, index)
    if card.state is not IndexState.RETIRED:
        raise IndexInUse(
            f"the index '{index}' is {card.state}, and only a retired one can be deleted: `bloomweaver reindex` "
            "retires those that nothing is served from any more"
        )
    # Search asks it no more, but may have kept what it answered before it was retired.
    epochs.advance()
    store = stores.of(index, card.settings.dimension)
    store.drop()
    if store.exists():
        return False
    indexes.delete(card)
    return True
