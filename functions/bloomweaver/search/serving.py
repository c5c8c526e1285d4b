"""The check on read: only hits of the version and the index that a record says are served."""

from collections.abc import Iterable

from bloomweaver.models.chunk import Candidate
from bloomweaver.ports import Epoch, ServedVersion, Standings
from bloomweaver.search.timings import Timings

Served = dict[str, tuple[int, str | None]]
"""By document, the version that is served, and from which index."""


class Serving:
    """What the records say, as far as it was asked for in one search. A record that was read is not read again."""

    def __init__(self, standings: Standings, timings: Timings, *, with_epoch: bool = False) -> None:
        """`with_epoch` reads the epoch with the first records."""
        self._standings = standings
        self._timings = timings
        self._with_epoch = with_epoch
        self._read: dict[str, ServedVersion | None] = {}
        self.epoch: Epoch | None = None
        """None where it was not read, or cannot be told."""

    def read(self, doc_hashes: Iterable[str]) -> None:
        """Read the records that were not read before."""
        if unread := set(doc_hashes) - self._read.keys():
            with self._timings.of("check"):
                found = self._standings.read(unread, epoch=self._with_epoch)
            if self._with_epoch:
                self.epoch, self._with_epoch = found.epoch, False
            self._read |= {doc_hash: found.served.get(doc_hash) for doc_hash in unread}

    def is_served(self, hit: Candidate, index: str) -> bool:
        """Whether the hit, of that index, may be shown. Its record has to be read."""
        served = self._read[hit.doc_hash]
        return served is not None and served == ServedVersion(hit.version, index)

    def elsewhere(self, doc_hashes: Iterable[str]) -> Served:
        """Those of the documents that are served at all, and from where."""
        read = ((doc_hash, self._read.get(doc_hash)) for doc_hash in doc_hashes)
        return {doc_hash: (served.version, served.index) for doc_hash, served in read if served and served.version}
