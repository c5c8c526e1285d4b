"""What answers take: as the generator says or else as it is estimated, what it costs, and that it is counted once."""

from collections.abc import Iterator

import pytest

from bloomweaver.answering.extractive import ExtractiveGenerator
from bloomweaver.answering.fence import ROUNDS_MAX
from bloomweaver.answering.limits import EXTRACTIVE
from bloomweaver.answering.ports import Ended, Event, Piece
from bloomweaver.answering.prices import TokenPrices, cost_of
from bloomweaver.answering.prompt import Prompt, tokens_of
from bloomweaver.chats.message import MessageStatus, Used
from bloomweaver.errors import (
    AnswerOvertaken,
    ConfigurationError,
    GeneratorOverloaded,
    GeneratorUnavailable,
    StorageUnavailable,
)
from tests.answering.room import Room, Script, Scripted, WordEncoder
from tests.chats.memory_chats import OWNER

PRICES = TokenPrices(read=1.0, written=4.0)
TODAY = "2026-01-01"


def ending(tokens_in: int | None, tokens_out: int | None) -> Script:
    """Writes nine bytes, and says what they took."""

    def write(_: Prompt) -> Iterator[Event]:
        yield Piece("Nine byte")
        yield Ended(tokens_in=tokens_in, tokens_out=tokens_out)

    return write


def room(script: Script, prices: TokenPrices | None = PRICES) -> Room:
    made = Room(Scripted(script), prices=prices)
    made.shelf.put("tides", "The tide tables are in the blue cabinet.", 0.9)
    return made


def read(made: Room) -> int:
    """How many tokens the prompt is estimated to have."""
    generator = made.generation._generator
    assert isinstance(generator, Scripted)
    return sum(tokens_of(each["content"]) for each in generator.prompts[-1].messages())


def used(made: Room, question: str = "Where are the tide tables?") -> Used:
    found = made.answer(question).used
    assert found is not None
    return found


def test_what_the_generator_says_is_told_with_what_it_costs() -> None:
    made = room(ending(1000, 50))
    assert used(made) == Used(tokens_in=1000, tokens_out=50, cost=0.0012)
    assert made.usage.tokens(OWNER, TODAY) == 1050


def test_without_prices_there_is_no_cost() -> None:
    made = room(ending(1000, 50), prices=None)
    assert used(made).model_dump() == {"tokens_in": 1000, "tokens_out": 50, "estimated": False}


@pytest.mark.parametrize("told", [(None, None), (None, 3), (1000, None), (0, 3)])
def test_what_the_generator_does_not_say_is_estimated_and_said_to_be(told: tuple[int | None, int | None]) -> None:
    made = room(ending(*told))
    found = used(made)
    assert found.estimated
    assert (found.tokens_in, found.tokens_out) == (told[0] or read(made), 3)
    assert found.cost == pytest.approx((found.tokens_in + 4 * found.tokens_out) / 1e6)


def test_quoting_the_documents_takes_nothing_and_costs_nothing() -> None:
    made = Room(ExtractiveGenerator(WordEncoder(), least_score=0.5), limits=EXTRACTIVE)
    made.shelf.put("tides", "The tide tables are in the blue cabinet.", 0.9)
    nothing = {"tokens_in": 0, "tokens_out": 0, "estimated": False, "cost": 0.0}
    assert used(made).model_dump() == nothing
    assert used(made, "Who won the elections?").model_dump() == nothing
    assert made.usage.used == {}


def test_where_no_model_was_asked_nothing_was_taken() -> None:
    made = Room(Scripted(ending(1000, 50)))
    assert used(made) == Used(tokens_in=0, tokens_out=0, cost=0.0)


@pytest.mark.parametrize(
    ("fails", "status"), [(False, MessageStatus.INCOMPLETE), (True, MessageStatus.INCOMPLETE)], ids=["cut", "broken"]
)
def test_an_answer_that_breaks_off_is_counted_too(fails: bool, status: MessageStatus) -> None:
    def cut(_: Prompt) -> Iterator[Event]:
        yield Piece("Nine byte")
        if fails:
            raise GeneratorUnavailable("the stream broke")

    made = room(cut)
    shown = made.answer("Where are the tide tables?")
    assert shown.used is not None
    assert (shown.status, shown.used.estimated, shown.used.tokens_out) == (status, True, 3)
    assert made.usage.tokens(OWNER, TODAY) == read(made) + 3


def test_a_stopped_answer_says_and_counts_what_was_written_of_it() -> None:
    def write(_: Prompt) -> Iterator[Event]:
        made.monotonic += 2
        yield Piece("Nine byte")
        made.desk().stop(task.chat_id, task.message_id)
        made.monotonic += 2
        yield Piece(" more.")

    made = room(write)
    task = made.ask("Where are the tide tables?")
    made.retrieval.run(task)
    for _ in range(2):  # a state may be begun again
        with pytest.raises(AnswerOvertaken):
            made.generation.run(task)
    shown = made.read(task)
    assert shown.used is not None
    assert (shown.status, shown.used.tokens_out) == (MessageStatus.INCOMPLETE, 3)
    assert made.usage.tokens(OWNER, TODAY) == read(made) + 5
    assert len(made.meter.counted) == 1


def test_an_answer_of_a_deleted_chat_is_counted() -> None:
    def write(_: Prompt) -> Iterator[Event]:
        yield Piece("Nine byte")
        made.desk().delete(task.chat_id)
        yield Ended(tokens_in=1000, tokens_out=50)

    made = room(write)
    task = made.ask("Where are the tide tables?")
    made.retrieval.run(task)
    with pytest.raises(AnswerOvertaken):
        made.generation.run(task)
    assert made.usage.tokens(OWNER, TODAY) == 1050


def test_a_state_that_is_begun_again_after_its_last_word_neither_asks_nor_counts_again() -> None:
    made = room(ending(1000, 50))
    task = made.ask("Where are the tide tables?")
    made.retrieval.run(task)
    first = made.generation.run(task)
    again = made.generation.run(task)
    assert (first.status, again.status) == (MessageStatus.COMPLETE, MessageStatus.COMPLETE)
    generator = made.generation._generator
    assert isinstance(generator, Scripted)
    assert len(generator.prompts) == 1
    made.fence.run(task)
    made.storing.end(task)
    assert made.usage.tokens(OWNER, TODAY) == 1050
    assert made.meter.counted == [Used(tokens_in=1000, tokens_out=50, cost=0.0012)]


def test_what_could_not_be_counted_is_by_the_next_try_without_writing_the_answer_again() -> None:
    made = room(ending(1000, 50))
    task = made.ask("Where are the tide tables?")
    made.retrieval.run(task)
    made.meter.failing = True
    with pytest.raises(StorageUnavailable):
        made.generation.run(task)
    assert made.usage.tokens(OWNER, TODAY) == 0
    made.meter.failing = False
    made.generation.run(task)
    assert made.usage.tokens(OWNER, TODAY) == 1050
    assert made.kept(task).used == Used(tokens_in=1000, tokens_out=50, cost=0.0012)


def test_each_answer_to_a_question_is_counted_by_itself() -> None:
    made = room(ending(1000, 50))
    task = made.ask("Where are the tide tables?")
    made.run(task)
    made.desk().again(task.chat_id, task.message_id)
    again = made.runs.started[f"{task.chat_id}-{task.message_id}-2"]
    made.run(again)
    assert made.usage.tokens(OWNER, TODAY) == 2100
    assert made.read(again).used == Used(tokens_in=1000, tokens_out=50, cost=0.0012)


def test_an_answer_that_is_made_anew_since_a_document_died_is_counted_each_time() -> None:
    made = room(ending(1000, 50))
    made.shelf.put("boats", "Boats are let.", 0.5)
    task = made.ask("Where are the tide tables?")
    made.retrieval.run(task)
    made.generation.run(task)
    made.delete("boats")
    made.fence.run(task)
    assert made.run(task).used == Used(tokens_in=1000, tokens_out=50, cost=0.0012)
    assert made.usage.tokens(OWNER, TODAY) == 2100


def test_an_answer_that_is_withheld_in_the_end_says_what_it_took() -> None:
    made = room(ending(1000, 50))
    task = made.ask("Where are the tide tables?")
    for number in range(ROUNDS_MAX + 1):
        made.shelf.put(f"doc-{number}", f"The tide tables of {number}.", 0.95)
        made.retrieval.run(task)
        made.generation.run(task)
        made.delete(f"doc-{number}")
        made.fence.run(task)
    made.storing.end(task)
    shown = made.read(task)
    assert (shown.status, shown.text) == (MessageStatus.WITHHELD, "")
    assert shown.used == Used(tokens_in=1000, tokens_out=50, cost=0.0012)
    assert made.usage.tokens(OWNER, TODAY) == 1050 * (ROUNDS_MAX + 1)


def test_a_generator_that_refuses_before_its_first_word_has_taken_nothing() -> None:
    def refuses(_: Prompt) -> Iterator[Event]:
        raise GeneratorOverloaded("429")
        yield Piece("")

    made = room(refuses)
    task = made.ask("Where are the tide tables?")
    made.retrieval.run(task)
    for _ in range(3):
        with pytest.raises(GeneratorOverloaded):
            made.generation.run(task)
    made.storing.fail(task, "GeneratorOverloaded")
    assert (made.read(task).used, made.usage.used) == (None, {})


def test_prices_are_two_numbers_and_nothing_is_no_price() -> None:
    assert TokenPrices.parse("0.15/0.60") == TokenPrices(read=0.15, written=0.6)
    assert TokenPrices.parse("") is None
    for wrong in ("0.15", "a/b", "1/2/3", "-1/2", "nan/1"):
        with pytest.raises(ConfigurationError, match="GENERATOR_PRICES"):
            TokenPrices.parse(wrong)
    assert cost_of(TokenPrices(0.15, 0.6), 2_000_000, 1_000_000) == 0.9
    assert cost_of(None, 0, 0) == 0.0
    assert cost_of(None, 1, 0) is None
