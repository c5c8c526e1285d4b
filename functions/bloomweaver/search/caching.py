"""What search keeps from one query to the next: lists of candidates and vectors of queries, in memory and in a table.

Lists are good for as long as the epoch stands that was read before the indexes were asked: see `documents.epoch`.
Since what is taken out is checked on read as any other, nothing is shown that is served no more; and whatever came to
be served has moved the epoch before. Vectors are good in any epoch.

An index may show a write some time after it took it. So nothing is kept until the epoch has rested for as long: what
was written before it moved shows by then.

Nothing here is needed to answer. Where the table fails it is left alone for some seconds, the search goes on as if
there were none, and `report` hears of it.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bloomweaver.errors import StorageUnavailable
from bloomweaver.models.index_card import IndexSettings
from bloomweaver.ports import CacheEntry, Clock, EncodedQuery, Epoch, Epochs, SearchCacheTable
from bloomweaver.search import cached_lists, cached_vectors
from bloomweaver.search.answer import Source
from bloomweaver.search.cached_lists import CachedLists, ListsKey
from bloomweaver.search.recent import Recent

ENTRY_MAX_BYTES = 300_000
"""A larger one is not kept: DynamoDB takes 400 kB with everything, and bills each."""
VECTORS_FOR_LISTS = 10
"""How many vectors are in memory for each of the lists, which are a hundred times as large."""
PAUSE_SECONDS = 10.0
"""For so long a table that failed is not asked."""


@dataclass(frozen=True)
class LookedUp:
    """What there is for a query, and what it takes to keep what there is not."""

    lists: CachedLists | None = None
    source: Source | None = None
    vectors: Mapping[str, EncodedQuery] = field(default_factory=dict)
    """Of the query, by model: those that were kept."""
    key: str = ""
    epoch: Epoch | None = None
    """Read before anything else; none where lists must not be kept."""


@dataclass(frozen=True)
class Remembered:
    """Lists that are in memory. They are good if the epoch is still the one that they are of."""

    key: str
    lists: CachedLists
    epoch: Epoch
    expires_at: float
    """In seconds since 1970."""


class SearchCache:
    """Keeps what search found out. Safe between threads; its methods never raise for want of the table."""

    def __init__(
        self,
        table: SearchCacheTable,
        epochs: Epochs,
        clock: Clock,
        report: Callable[[Exception], None],
        *,
        index: str,
        settings: IndexSettings,
        keep_seconds: float,
        rest_seconds: float,
        in_memory: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`index` and `settings` are the deployment's own. Entries are good for `keep_seconds`, 0 keeps nothing;
        `in_memory` bounds how many lists are, and ten times as many vectors. `rest_seconds` is how late an index may
        show a write."""
        self._table = table
        self._epochs = epochs
        self._clock = clock
        self._report = report
        self._index = index
        self._settings = settings
        self._keep_seconds = keep_seconds
        self._rest_seconds = rest_seconds
        self._monotonic = monotonic
        self._lists = Recent[Remembered](in_memory)
        self._vectors = Recent[CacheEntry](VECTORS_FOR_LISTS * in_memory)
        self._lock = threading.Lock()
        self._left_alone_until = float("-inf")

    def remembered(self, wanted: ListsKey) -> Remembered | None:
        """The lists of a search that are in memory, which asks nobody: for who reads the epoch himself, with what he
        reads of records. Where it has moved, `look_up` is next."""
        found = self._lists.get(wanted.digest(self._index, self._settings)) if self._keep_seconds else None
        return None if found is None or self._has_expired(found) else found

    def look_up(self, wanted: ListsKey, query: str, models: Sequence[str]) -> LookedUp:
        """The lists of a search, and the vectors of its query by these models, as far as they are kept.

        To be called before the cards of the indexes are read and before any index is asked. One request: of the epoch,
        where the lists are in memory, otherwise of everything at once.
        """
        if not self._keep_seconds:
            return LookedUp()
        key = wanted.digest(self._index, self._settings)
        vectors = dict(self.vectors_in_memory(models, query))
        if self._is_left_alone():
            return LookedUp(vectors=vectors)
        by_key = {cached_vectors.key(model, query): model for model in models if model not in vectors}
        try:
            remembered = self._lists.get(key)
            if remembered is not None and self._stands(remembered, self._epochs.read()):
                return LookedUp(remembered.lists, Source.MEMORY, vectors, key, remembered.epoch)
            # Somebody else may have kept newer ones.
            return self._in_table(key, vectors, by_key)
        except StorageUnavailable as error:
            self._leave_alone(error)
        except ValueError as error:
            self._report(error)  # an entry has not the form that its key says
        return LookedUp(vectors=vectors)

    def vectors_in_memory(self, models: Sequence[str], query: str) -> Mapping[str, EncodedQuery]:
        """What models made of the query, by model, as far as it is in memory."""
        return {model: found for model in models if (found := self._vector_in_memory(model, query))}

    def keep(self, looked_up: LookedUp, query: str, lists: CachedLists, vectors: Mapping[str, EncodedQuery]) -> None:
        """Keep what `looked_up` had not, in one request: what models made of the query, by model, and the lists, if all
        legs gave theirs and the epoch had rested before they were asked."""
        if not self._keep_seconds:
            return
        entries: dict[str, CacheEntry] = {}
        for model, encoded in vectors.items():
            key, entry = cached_vectors.key(model, query), self._entry(cached_vectors.encode(encoded), None)
            self._vectors.put(key, entry)
            entries[key] = entry
        if self._is_left_alone():
            return
        if looked_up.epoch is not None and lists.complete:
            entry = self._entry(cached_lists.encode(lists), looked_up.epoch)
            if len(entry.value) <= ENTRY_MAX_BYTES:
                self._lists.put(looked_up.key, Remembered(looked_up.key, lists, looked_up.epoch, entry.expires_at))
                entries[looked_up.key] = entry
        if entries:
            self._write(entries)

    def remember(self, looked_up: LookedUp, lists: CachedLists) -> None:
        """Have what was found in memory, with what was made of it: `lists` are those of `looked_up`, ranked."""
        found = self._lists.get(looked_up.key)
        if found is not None and found.epoch == looked_up.epoch:
            self._lists.put(looked_up.key, replace(found, lists=lists))

    def _in_table(self, key: str, vectors: dict[str, EncodedQuery], by_key: Mapping[str, str]) -> LookedUp:
        epoch, entries = self._table.read([key, *by_key])
        for vector_key, model in by_key.items():
            entry = entries.get(vector_key)
            if entry is not None and not self._has_expired(entry):
                vectors[model] = cached_vectors.decode(entry.value)
                self._vectors.put(vector_key, entry)
        entry = entries.get(key)
        if entry is not None and epoch is not None and self._stands(entry, epoch):
            lists = cached_lists.decode(entry.value)
            self._lists.put(key, Remembered(key, lists, epoch, entry.expires_at))
            return LookedUp(lists, Source.TABLE, vectors, key, epoch)
        return LookedUp(vectors=vectors, key=key, epoch=epoch if self._has_rested(epoch) else None)

    def _vector_in_memory(self, model: str, query: str) -> EncodedQuery | None:
        entry = self._vectors.get(cached_vectors.key(model, query))
        return cached_vectors.decode(entry.value) if entry and not self._has_expired(entry) else None

    def _entry(self, value: bytes, epoch: Epoch | None) -> CacheEntry:
        return CacheEntry(value, self._now() + self._keep_seconds, epoch)

    def _stands(self, entry: CacheEntry | Remembered, epoch: Epoch | None) -> bool:
        return epoch is not None and entry.epoch == epoch and not self._has_expired(entry)

    def _has_expired(self, entry: CacheEntry | Remembered) -> bool:
        return entry.expires_at <= self._now()

    def _has_rested(self, epoch: Epoch | None) -> bool:
        if epoch is None:
            return False
        return self._now() - _seconds(epoch.changed_at) >= self._rest_seconds

    def _now(self) -> float:
        return _seconds(self._clock())

    def _write(self, entries: Mapping[str, CacheEntry]) -> None:
        try:
            self._table.write(entries)
        except StorageUnavailable as error:
            self._leave_alone(error)

    def _is_left_alone(self) -> bool:
        with self._lock:
            return self._monotonic() < self._left_alone_until

    def _leave_alone(self, error: StorageUnavailable) -> None:
        with self._lock:
            self._left_alone_until = self._monotonic() + PAUSE_SECONDS
        self._report(error)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
