"""The Fence state: what an answer rests on is looked at again after its last word."""

from enum import StrEnum

from bloomweaver.answering.served import served_now
from bloomweaver.answering.working import Working
from bloomweaver.chats.answers import CitationState
from bloomweaver.chats.message import Ending, Message, MessageStatus, Quoted
from bloomweaver.chats.ports import AnswerTask, ChatTable
from bloomweaver.ports import Clock, Standings

ROUNDS_MAX = 2
"""How often an answer is made anew, at most."""
_WITHHELD = Ending(status=MessageStatus.WITHHELD)


class Verdict(StrEnum):
    """What the state machine does next."""

    STANDS = "stands"
    ANEW = "anew"


class Fence:
    """Looks at answers."""

    def __init__(self, table: ChatTable, standings: Standings, clock: Clock) -> None:
        self._table = table
        self._standings = standings
        self._clock = clock

    def run(self, task: AnswerTask) -> Verdict:
        """Whether the answer stands. If it does not, it is empty afterwards.

        Raises `AnswerOvertaken`, `RecordContended` and `StorageUnavailable`.
        """
        working = Working(self._table, task, self._clock)
        message = working.message()
        served = served_now(self._standings, message.rests_on)
        withdrawn = served.withdrawn(message.rests_on)
        quoted = {message.references[part.reference] for part in message.parts if isinstance(part, Quoted)}
        # A quote of what was replaced meanwhile can be shown to nobody.
        unshowable = any(served.state(each.doc_hash, each.version) is not CitationState.CURRENT for each in quoted)
        if not withdrawn and not unshowable:
            return Verdict.STANDS
        if message.rounds < ROUNDS_MAX:
            working.change(lambda current: _emptied(current, rounds=current.rounds + 1))
            return Verdict.ANEW
        if withdrawn:
            working.change(lambda current: _emptied(current, rounds=current.rounds, ending=_WITHHELD))
        return Verdict.STANDS


def _emptied(message: Message, *, rounds: int, ending: Ending | None = None) -> Message:
    """The message without its answer. What it rested on stays noted until other passages are chosen; what it took stays
    where none is made anew."""
    used = message.used if ending is not None else None
    return message.model_copy(update={"parts": (), "ending": ending, "used": used, "rounds": rounds})
