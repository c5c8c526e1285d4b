"""Redrive: takes dead letters in hand, tells those that are worth running from the rest, and sends them on their way.

The letters of a branch go to executions of the redrive's state machine, which deletes each when its work is done; if an
execution dies before that, its letters show up again when their time is up. Messages that never started go back to the
queue that they came from. Nothing leaves its queue before what it asks for is done, or is no longer to be done.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bloomweaver.errors import InapplicableFilter
from bloomweaver.models.dead_letter import DeadLetter, DeadLetterQueue, LetterInHand
from bloomweaver.models.message import OperationMessage
from bloomweaver.models.record import DocumentRecord, Status
from bloomweaver.models.run import StateMachine
from bloomweaver.ports import DeadLetterQueues, DocumentRecords, OperationQueue, QueuedMessage, RedriveRun, Redrives
from bloomweaver.progress.notes import Step
from bloomweaver.progress.noting import note_nothing
from bloomweaver.progress.progress import ProgressUnit
from bloomweaver.recovery import mending
from bloomweaver.recovery.dead_letters import Unparseable, read
from bloomweaver.recovery.mending import Judgement, Verdict

LETTERS_MAX = 1000
"""Letters that one call looks at: what its function has the time to receive."""
EXECUTION_LETTERS_MAX = 100
EXECUTION_BYTES_MAX = 128 * 1024
"""Of an execution's input: half of what Step Functions takes."""
SKIPPED_SHOWN = 50


class RedriveRequest(BaseModel):
    """The body of POST /dead-letters/{branch}/redrive: which letters, all of them by default."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    message_id: str | None = None
    """Only this message."""
    doc_hash: str | None = None
    """Only letters of this document."""
    error_type: str | None = None
    """Only letters with this type of error. Messages that never started have none."""
    limit: Annotated[int, Field(ge=1, le=LETTERS_MAX)] = LETTERS_MAX
    """Letters to redrive, at most."""

    def chooses(self, message: QueuedMessage, found: DeadLetter | OperationMessage | Unparseable) -> bool:
        """Whether the message is one of those that were asked for."""
        if self.message_id is not None and message.message_id != self.message_id:
            return False
        if isinstance(found, Unparseable):
            return self.doc_hash is None and self.error_type is None
        if self.doc_hash is not None and found.doc_hash != self.doc_hash:
            return False
        return self.error_type is None or (isinstance(found, DeadLetter) and found.error.type == self.error_type)


class Skipped(BaseModel):
    """A letter that is not redriven, and why."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    doc_hash: str
    version: int
    verdict: Verdict
    """`drop`: it is off its queue; `wait`: it lies there as before."""
    reason: str


class Redriven(BaseModel):
    """What became of the letters that were asked for."""

    model_config = ConfigDict(frozen=True)

    branch: DeadLetterQueue
    redriven: int
    superseded: int
    """Dropped, since nothing is left to do for them."""
    waiting: int
    unparseable: int
    skipped: list[Skipped]
    """The first of those that were dropped or wait."""
    executions: list[str]
    """Names of the executions; none for messages that went back to their queue."""
    more: bool
    """Whether the queue may hold more of what was asked for than one call takes."""


Letter = tuple[QueuedMessage, DeadLetter | OperationMessage]


class Redrive:
    """Redrives the letters of one queue at a time."""

    def __init__(
        self,
        records: DocumentRecords,
        queues: DeadLetterQueues,
        redrives: Redrives,
        operations: OperationQueue,
        *,
        visibility_seconds: int,
        executions_max: int,
        note: Callable[[str, Step], None] = note_nothing,
    ) -> None:
        """A call starts at most `executions_max` executions, each with a bounded number of letters at a time."""
        self._records = records
        self._queues = queues
        self._redrives = redrives
        self._operations = operations
        self._visibility_seconds = visibility_seconds
        self._note = note
        self._letters_max = executions_max * EXECUTION_LETTERS_MAX

    def run(self, queue: DeadLetterQueue, request: RedriveRequest) -> Redriven:
        """Redrive what `request` asks for. Raises `InapplicableFilter` and `StorageUnavailable`."""
        if request.error_type is not None and queue.branch is None:
            raise InapplicableFilter(f"the messages in '{queue}' never started, and have no error")
        in_hand: dict[str, QueuedMessage] = {}
        """What goes back in the end."""
        try:
            return self._run(queue, request, in_hand)
        finally:
            self._queues.give_back(queue, list(in_hand.values()))

    def _run(self, queue: DeadLetterQueue, request: RedriveRequest, in_hand: dict[str, QueuedMessage]) -> Redriven:
        chosen, unparseable, more = self._choose(queue, request, in_hand)
        records = self._records.get_many({found.doc_hash for _, found in chosen})
        judged = [(letter, _judge(letter[1], records.get(letter[1].doc_hash))) for letter in chosen]
        to_run = [letter for letter, judgement in judged if judgement.verdict is Verdict.RUN]
        dropped = [message for (message, _), judgement in judged if judgement.verdict is Verdict.DROP]
        self._release(in_hand, dropped)
        self._queues.delete(queue, dropped)
        executions = self._start(queue, to_run, records, in_hand)
        skipped = [_skipped(letter, judgement) for letter, judgement in judged if judgement.verdict is not Verdict.RUN]
        return Redriven(
            branch=queue,
            redriven=len(to_run),
            superseded=len(dropped),
            waiting=len(skipped) - len(dropped),
            unparseable=unparseable,
            skipped=skipped[:SKIPPED_SHOWN],
            executions=[execution.name for execution in executions],
            more=more,
        )

    def _choose(
        self, queue: DeadLetterQueue, request: RedriveRequest, in_hand: dict[str, QueuedMessage]
    ) -> tuple[list[Letter], int, bool]:
        chosen: dict[str, Letter] = {}
        unparseable: set[str] = set()
        while len(in_hand) < LETTERS_MAX:
            received = self._queues.receive(queue, self._visibility_seconds)
            if not received:
                return list(chosen.values()), len(unparseable), False
            in_hand |= {message.message_id: message for message in received}
            for message in received:
                found = read(queue, message.body)
                if not request.chooses(message, found):
                    continue
                if isinstance(found, Unparseable):
                    unparseable.add(message.message_id)
                elif len(chosen) < min(request.limit, self._letters_max) or message.message_id in chosen:
                    chosen[message.message_id] = (message, found)
                else:
                    return list(chosen.values()), len(unparseable), True
            if request.message_id in in_hand:
                return list(chosen.values()), len(unparseable), False
        return list(chosen.values()), len(unparseable), True

    def _start(
        self,
        queue: DeadLetterQueue,
        letters: Sequence[Letter],
        records: dict[str, DocumentRecord],
        in_hand: dict[str, QueuedMessage],
    ) -> list[RedriveRun]:
        """Send the letters on their way. Those that are on it are not given back any more."""
        executions = []
        for pack in _packs(_in_hand(letters, records)):
            started = self._redrives.start(queue, pack)
            executions.append(started)
            self._note(started.name, Step(StateMachine.REDRIVE, "redriving", ProgressUnit.LETTERS, of=len(pack)))
            for letter in pack:
                del in_hand[letter.message_id]
        for message, found in letters:
            if isinstance(found, OperationMessage):
                self._operations.send(found)
                self._release(in_hand, [message])
                self._queues.delete(queue, [message])
        return executions

    @staticmethod
    def _release(in_hand: dict[str, QueuedMessage], messages: Sequence[QueuedMessage]) -> None:
        for message in messages:
            del in_hand[message.message_id]


def judge_message(message: OperationMessage, current: DocumentRecord | None) -> Judgement:
    """Whether a message that never started is still to be started, by the record as it is."""
    if current is None:
        return Judgement(Verdict.DROP, "the document has no record")
    if current.version != message.version:
        return Judgement(Verdict.DROP, f"version {current.version} was accepted after version {message.version}")
    if current.attempt != message.attempt:
        return Judgement(Verdict.DROP, f"attempt {current.attempt} was queued after attempt {message.attempt}")
    if current.status not in (Status.QUEUED, Status.DELETING) or current.execution_arn is not None:
        return Judgement(Verdict.DROP, f"version {message.version} was started already; it is {current.status}")
    return Judgement(Verdict.RUN)


def _judge(found: DeadLetter | OperationMessage, current: DocumentRecord | None) -> Judgement:
    return mending.judge(found, current) if isinstance(found, DeadLetter) else judge_message(found, current)


def _skipped(letter: Letter, judgement: Judgement) -> Skipped:
    message, found = letter
    return Skipped(
        message_id=message.message_id,
        doc_hash=found.doc_hash,
        version=found.version,
        verdict=judgement.verdict,
        reason=judgement.reason,
    )


def _in_hand(letters: Sequence[Letter], records: dict[str, DocumentRecord]) -> Iterator[LetterInHand]:
    for message, found in letters:
        if isinstance(found, DeadLetter):
            yield LetterInHand(
                **found.model_dump(exclude={"stale", "error", "execution_arn", "failed_at"}),
                stale=mending.removable(found, records.get(found.doc_hash)),
                message_id=message.message_id,
                receipt_handle=message.receipt_handle,
            )


def _packs(letters: Iterator[LetterInHand]) -> Iterator[list[LetterInHand]]:
    """The letters in packs that an execution's input has room for."""
    pack: list[LetterInHand] = []
    size = 0
    for letter in letters:
        length = len(letter.model_dump_json())
        if pack and (len(pack) == EXECUTION_LETTERS_MAX or size + length > EXECUTION_BYTES_MAX):
            yield pack
            pack, size = [], 0
        pack.append(letter)
        size += length
    if pack:
        yield pack
