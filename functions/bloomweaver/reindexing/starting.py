"""The start of a reindex: one runs at a time, and the card of the index that it moves to names it."""

from bloomweaver.errors import RecordContended, ReindexUnderWay
from bloomweaver.indexes.cards import admit
from bloomweaver.indexes.stores import IndexStores, known
from bloomweaver.models.index_card import IndexSettings
from bloomweaver.ports import Clock, Indexes, Reindexes, Run


def start(
    indexes: Indexes,
    stores: IndexStores,
    reindexes: Reindexes,
    clock: Clock,
    *,
    name: str,
    index: str,
    settings: IndexSettings,
) -> Run:
    """Start the reindex `name`, which moves everything to `index`.

    Raises `IndexUnusable` or the store's errors as a document's run would, `ReindexUnderWay`, `RecordContended` and
    `StorageUnavailable`.
    """
    admit(indexes, index, settings, clock, stores)
    card = known(indexes, index)
    for other in indexes.all():
        running = reindexes.find(other.reindex) if other.reindex is not None else None
        if running is not None and running.status == "running":
            raise ReindexUnderWay(f"the reindex '{running.name}' to the index '{other.index_name}' is running")
    # The card first: of two that start at the same time, the one that it names in the end goes on.
    if not indexes.put(card.changed(reindex=name)):
        raise RecordContended(f"somebody else changed the card of the index '{index}'")
    return reindexes.start(name)
