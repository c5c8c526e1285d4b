"""Documents that are asked about and deleted, each at a chosen moment, while their deletion cannot start.

So nothing but the fence and the check on read stands between their texts and the asker. In a short run, chance alone
does not see to it that a document is deleted between a model's first word and its last.
"""

import time

import httpx

from bloomweaver import keys
from bloomweaver.chats.message import MessageStatus
from bloomweaver.models.record import Operation, Status
from faults.asker import Asker
from faults.findings import Findings
from faults.proxy import Rule
from faults.sender import Sender
from faults.stand import Stand
from faults.workload import Change

EFFECT_SECONDS = 60.0
"""The most that is waited in all. It takes some ten seconds."""
AT_STAKE = "an answer is made of what it was given"
_FIRST_NUMBER = 95_000
"""Of the changes: above all other numbers."""
_FOLDERS = {"fenced": "/asked/fenced", "cited": "/asked/both", "uncited": "/asked/both"}
_FAULT = "one document: Step Functions refuses to start its delete while it is asked about"
_LANE = "asked documents"
_LOOK_SECONDS = 0.2


class AskedDocuments:
    """Sends the documents, asks about them, and deletes one before a last word, and one after it."""

    def __init__(self, stand: Stand, sender: Sender, asker: Asker, findings: Findings, seed: int) -> None:
        self._stand, self._sender, self._asker = stand, sender, asker
        self._findings = findings
        self._names = {f"asked-{seed}-{what}": folder for what, folder in _FOLDERS.items()}
        self._numbers = iter(range(_FIRST_NUMBER, _FIRST_NUMBER + 1000))

    @property
    def documents(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._names)

    def run(self) -> None:
        """Return when both answers were looked at. An answer that was not made says nothing, so it is a violation."""
        deadline = time.monotonic() + EFFECT_SECONDS
        rules = [
            Rule(
                name=_FAULT,
                service="states",
                about=f'"{keys.execution_name(doc_hash, 2)}"',
                probability=1.0,
                action="error",
                status=400,
                code="ThrottlingException",
            )
            for doc_hash in self._names
        ]
        self._stand.aws_proxy.set_rules(rules, _LANE)
        try:
            with self._stand.connect() as http:
                self._create(http, deadline)
                self._delete_before_the_last_word(http, deadline)
                self._delete_what_is_not_cited(http, deadline)
        finally:
            self._stand.aws_proxy.set_rules([], _LANE)

    def _create(self, http: httpx.Client, deadline: float) -> None:
        for doc_hash, folder in self._names.items():
            number = next(self._numbers)
            # A passage each: of two, the model cites the first one.
            text = f"c{number:05d}p1of1 is a note on the harbour. Nothing but {doc_hash} is counted in it."
            created = Change(number, doc_hash, Operation.CREATE, (text,), topic="harbour", folder=folder)
            self._sender.deliver(http, created, 0, deadline)
        while time.monotonic() < deadline and any(self._stand.status(each) != Status.INDEXED for each in self._names):
            time.sleep(_LOOK_SECONDS)

    def _delete_before_the_last_word(self, http: httpx.Client, deadline: float) -> None:
        doc_hash = self.documents[0]
        asked = self._asker.ask_and_hold(http, self._names[doc_hash])
        if asked is None:
            self._findings.report(AT_STAKE, doc_hash, "no model was asked about it")
            return
        self._delete(http, doc_hash, deadline)
        shown = self._asker.let_go(http, asked)
        if shown is None:
            self._findings.report(AT_STAKE, doc_hash, "the answer did not end")

    def _delete_what_is_not_cited(self, http: httpx.Client, deadline: float) -> None:
        both = self.documents[1:]
        asked = self._asker.ask_and_hold(http, self._names[both[0]])
        shown = self._asker.let_go(http, asked) if asked else None
        if asked is None or shown is None or shown.status is not MessageStatus.COMPLETE:
            self._findings.report(AT_STAKE, both[0], f"the answer is {shown.status if shown else 'not there'}")
            return
        uncited = [each for each in both if each not in {citation.doc_hash for citation in shown.citations}]
        if len(uncited) != 1:
            self._findings.report(AT_STAKE, both[0], f"of {both} the answer cites all but {uncited}")
            return
        self._delete(http, uncited[0], deadline)
        self._asker.read(http, asked)

    def _delete(self, http: httpx.Client, doc_hash: str, deadline: float) -> None:
        self._sender.deliver(http, Change(next(self._numbers), doc_hash, Operation.DELETE), 0, deadline)
