"""The rules of the index cards: who may write to an index, and how its card changes."""

from bloomweaver.errors import IndexUnusable
from bloomweaver.indexes.stores import IndexStores, known
from bloomweaver.models.index_card import IndexCard, IndexSettings, IndexState
from bloomweaver.ports import Clock, Indexes


def admit(
    indexes: Indexes, index: str, settings: IndexSettings, clock: Clock, stores: IndexStores | None = None
) -> None:
    """Return if chunks of these settings may be written to `index`; write its card if it has none.

    Search asks every index that has a card, so there has to be such an index before: `stores` is asked for it, unless
    the caller knows.

    To be called after the version was registered on its record: whoever retires an index changes its card first and
    looks through the records after that, so one of the two sees the other. Raises `IndexUnusable`, and the store's
    errors: `VectorIndexRejected` if there is no such index.
    """
    card = indexes.get(index)
    if card is None:
        if stores is not None:
            stores.named(index).page_of_ids(1, None)
        card = IndexCard(index_name=index, settings=settings, state=IndexState.LIVE, created_at=clock())
        if indexes.put(card):
            return
        card = known(indexes, index)
    if card.settings != settings:
        raise IndexUnusable(
            f"the index '{index}' holds {card.settings}; this deployment has {settings}: set VectorIndexName to a new "
            "name, and run `bloomweaver reindex`"
        )
    if card.state is not IndexState.LIVE:
        raise IndexUnusable(f"the index '{index}' is {card.state}: set VectorIndexName to the name of another one")
