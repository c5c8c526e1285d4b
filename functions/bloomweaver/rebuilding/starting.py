"""Which rebuilds may run: of one model and chunking, and one at a time for an index.

The card of the index names the running one. It is given up at the end, and taken over from an execution that has ended
without that.
"""

from dataclasses import dataclass

from bloomweaver.errors import IndexUnusable, RebuildRunning, StorageUnavailable
from bloomweaver.indexes.cards import admit
from bloomweaver.indexes.filling import is_running, new_rebuild
from bloomweaver.indexes.stores import known
from bloomweaver.models.index_card import IndexSettings
from bloomweaver.ports import Clock, Indexes, Rebuilds, Run


@dataclass(frozen=True)
class Target:
    """The deployment's index, and what all of its chunks have in common."""

    index: str
    settings: IndexSettings


def start(rebuilds: Rebuilds, indexes: Indexes, clock: Clock, target: Target, source: str | None) -> Run:
    """Start to make the target anew, or with `source` to copy what is served from that index, and serve it from here.

    Raises `RebuildRunning`, `IndexUnusable`, `UnknownIndex` and `StorageUnavailable`.
    """
    source = source or target.index
    id_ = new_rebuild(clock())
    _check_source(indexes, target, source)
    # Search asks every index that has a card: one without is to be created first, by the rebuild itself.
    if indexes.get(target.index) is not None:
        hold(rebuilds, indexes, clock, target, source, id_)
    try:
        return rebuilds.start(id_, source)
    except StorageUnavailable:
        # If it did start after all, it takes the index itself.
        release(indexes, target.index, id_)
        raise


def hold(rebuilds: Rebuilds, indexes: Indexes, clock: Clock, target: Target, source: str, id_: str) -> None:
    """Have the target's card name the rebuild `id_`. To be called when there is such an index.

    Raises as `start` does.
    """
    _check_source(indexes, target, source)
    admit(indexes, target.index, target.settings, clock)
    card = known(indexes, target.index)
    if card.rebuild == id_:
        return
    if card.rebuild is not None and is_running(card.rebuild, rebuilds.find(card.rebuild), clock()):
        raise RebuildRunning(f"the rebuild '{card.rebuild}' of the index '{target.index}' is running")
    if not indexes.put(card.changed(rebuild=id_)):
        raise RebuildRunning(f"the card of the index '{target.index}' changed at the same moment: start it again")


def release(indexes: Indexes, index: str, id_: str) -> None:
    """Have the card of the index name no rebuild, if it names `id_`."""
    while (card := indexes.get(index)) is not None and card.rebuild == id_:
        if indexes.put(card.changed(rebuild=None)):
            return


def _check_source(indexes: Indexes, target: Target, source: str) -> None:
    if source != target.index and (found := known(indexes, source).settings) != target.settings:
        raise IndexUnusable(
            f"the index '{source}' holds {found}; this deployment has {target.settings}: their vectors cannot be "
            "copied, `bloomweaver reindex` embeds them anew"
        )
