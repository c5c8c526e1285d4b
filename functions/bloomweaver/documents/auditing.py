"""The entries of the audit log for what documents are asked to become."""

from bloomweaver.audit.entries import Asked, Outcome, of_change
from bloomweaver.documents.acceptance import Answer
from bloomweaver.documents.transition import EntryOf
from bloomweaver.ports import Clock


def entry_of_answer(asked: Asked, clock: Clock) -> EntryOf[Answer]:
    """How a change is written down that is answered so. What only notes a number of the client's is done with it."""
    outcomes = {"queued": Outcome.ACCEPTED, "unchanged": Outcome.DONE}
    return lambda record, answer: of_change(asked, record, outcomes[answer.status], clock())
