"""What there is to do so that the lists have a document as a record says.

Whoever wrote entries before may have died, after some of them: the state names what he had begun, and so which entries
there may be and which of those that it lists are certain.
"""

from dataclasses import dataclass, replace

from bloomweaver.library.listed import Entry, Listed
from bloomweaver.library.ports import ListedState, StateChange
from bloomweaver.models.record import DocumentRecord

NOTHING = ListedState(revision=0, listed=None)


@dataclass(frozen=True)
class Step:
    """From what the lists have of a document to what they are to have."""

    doc_hash: str
    known: ListedState
    listed: Listed | None
    revision: int
    """Of the record that says so."""

    @classmethod
    def to(cls, record: DocumentRecord, known: ListedState | None) -> "Step":
        """The step to a record from what the lists have of the document, if they ever had anything."""
        return cls(record.doc_hash, known or NOTHING, Listed.of(record), record.revision)

    @property
    def is_due(self) -> bool:
        """Whether the lists are behind the record."""
        return self.known.revision < self.revision

    @property
    def after(self) -> set[Entry]:
        """The entries that are to be there."""
        return entries_of(self.doc_hash, self.listed)

    @property
    def put(self) -> set[Entry]:
        """Those of them that are not there for certain."""
        certain = entries_of(self.doc_hash, self.known.listed)
        for begun in self.known.begun:  # removes what it does not have
            certain &= entries_of(self.doc_hash, begun)
        return self.after - certain

    @property
    def delete(self) -> set[Entry]:
        """Those that may be there, and are not to be."""
        return maybe_there(self.doc_hash, self.known) - self.after

    @property
    def begun(self) -> ListedState:
        """The state that says that entries are about to be written and removed; the known one where it says enough."""
        if self.put or self.delete:
            return begun_with(self.known, self.listed)
        return self.known

    @property
    def change(self) -> StateChange:
        """What is committed in the end."""
        done = ListedState(revision=self.revision, listed=self.listed, serial=self.begun.serial + 1)
        return StateChange(self.doc_hash, self.begun, done)


def entries_of(doc_hash: str, listed: Listed | None) -> set[Entry]:
    """The entries of a document; none of one that is in no list."""
    return listed.entries(doc_hash) if listed is not None else set()


def maybe_there(doc_hash: str, known: ListedState) -> set[Entry]:
    """The entries of a document that there may be."""
    begun = (entry for each in known.begun for entry in entries_of(doc_hash, each))
    return {*entries_of(doc_hash, known.listed), *begun}


def begun_with(known: ListedState, listed: Listed | None) -> ListedState:
    """The state that says that the entries are about to become those of `listed`; the same where it says so already."""
    if listed in (known.listed, *known.begun):
        return known
    return replace(known, begun=(*known.begun, listed), serial=known.serial + 1)
