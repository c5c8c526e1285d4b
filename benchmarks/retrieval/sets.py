"""A set to measure retrieval with: documents, queries, and which documents are relevant to which query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmarks.errors import RunError


@dataclass(frozen=True)
class Item:
    """A document of a set."""

    title: str
    text: str
    content_type: str = "text/plain"


@dataclass(frozen=True)
class KnownItem:
    """A document, and a query that it is the one answer to."""

    id: str
    document: Item
    query: str


@dataclass(frozen=True)
class RetrievalSet:
    """Documents and queries by id, and of each query the documents that are relevant to it, with grades above 0."""

    name: str
    documents: Mapping[str, Item]
    queries: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, int]]

    def __post_init__(self) -> None:
        if not self.documents or not self.queries:
            raise RunError(f"the set {self.name} has {len(self.documents)} documents and {len(self.queries)} queries")

    @property
    def judged_and_missing(self) -> int:
        """How many relevant documents the set does not have: no search finds them."""
        return len({document for grades in self.relevant.values() for document in grades} - self.documents.keys())


def of_known_items(name: str, items: Iterable[KnownItem]) -> RetrievalSet:
    """The set of these items. Of a query that several items share, none can say which one is meant: their documents
    stay, the query is left out."""
    found = list(items)
    counts: dict[str, int] = {}
    for item in found:
        counts[item.query.casefold()] = counts.get(item.query.casefold(), 0) + 1
    asked = [item for item in found if counts[item.query.casefold()] == 1]
    return RetrievalSet(
        name=name,
        documents={item.id: item.document for item in found},
        queries={item.id: item.query for item in asked},
        relevant={item.id: {item.id: 1} for item in asked},
    )
