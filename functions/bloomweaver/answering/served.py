"""What is served now of the passages that an answer was made from: the check on read."""

from collections.abc import Iterable, Mapping

from bloomweaver.chats.answers import CitationState
from bloomweaver.chats.message import Reference
from bloomweaver.errors import UnknownIndex
from bloomweaver.indexes.stores import IndexStores
from bloomweaver.models.chunk import Candidate, Hit
from bloomweaver.ports import ServedVersion, Standings


class Served:
    """What the records said of some documents at one moment."""

    def __init__(self, served: Mapping[str, ServedVersion]) -> None:
        self._served = served

    def state(self, doc_hash: str, version: int) -> CitationState:
        """How the version stands."""
        served = self._served.get(doc_hash)
        if served is None or served.deleted_version >= version:
            return CitationState.WITHDRAWN
        return CitationState.CURRENT if served.version == version else CitationState.SUPERSEDED

    def index_of(self, doc_hash: str) -> str | None:
        """From which index the document is served."""
        served = self._served.get(doc_hash)
        return served.index if served else None

    def withdrawn(self, rests_on: Mapping[str, int]) -> bool:
        """Whether something is gone that an answer rests on."""
        return any(self.state(doc_hash, version) is CitationState.WITHDRAWN for doc_hash, version in rests_on.items())


def served_now(standings: Standings, doc_hashes: Iterable[str]) -> Served:
    """What the records say of the documents (consistent reads). Raises `StorageUnavailable`."""
    wanted = set(doc_hashes)
    return Served(standings.read(wanted).served if wanted else {})


class ServedPassages:
    """Reads what is served, and the texts of passages."""

    def __init__(self, standings: Standings, stores: IndexStores) -> None:
        self._standings = standings
        self._stores = stores

    def read(self, doc_hashes: Iterable[str]) -> Served:
        """See `served_now`."""
        return served_now(self._standings, doc_hashes)

    def texts(self, references: Iterable[Reference], served: Served) -> dict[Reference, Hit]:
        """The passages that are served, with their texts. Raises what the vector stores raise."""
        by_index: dict[str, list[Reference]] = {}
        for each in dict.fromkeys(references):
            index = served.index_of(each.doc_hash)
            if index is not None and served.state(each.doc_hash, each.version) is CitationState.CURRENT:
                by_index.setdefault(index, []).append(each)
        found: dict[Reference, Hit] = {}
        for index, wanted in by_index.items():
            candidates = {_id(each): each for each in wanted}
            for hit in self._complete(index, candidates):
                found[candidates[hit.id]] = hit
        return found

    def _complete(self, index: str, wanted: Mapping[str, Reference]) -> list[Hit]:
        try:
            store = self._stores.named(index)
        except UnknownIndex:  # it was given up after the records were read
            return []
        candidates = [
            Candidate(id=id_, doc_hash=each.doc_hash, version=each.version, score=0.0) for id_, each in wanted.items()
        ]
        return store.complete(candidates)


def _id(reference: Reference) -> str:
    return f"{reference.doc_hash}#{reference.chunk_id}"
