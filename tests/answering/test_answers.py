"""Answers from the first question to the last deletion: what is written, what is shown, and what is not."""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from bloomweaver.answering.extractive import ExtractiveGenerator
from bloomweaver.answering.fence import ROUNDS_MAX, Verdict
from bloomweaver.answering.limits import EXTRACTIVE
from bloomweaver.answering.ports import Ended, Event, NothingSaid, Piece
from bloomweaver.answering.prompt import NO_ANSWER, Prompt
from bloomweaver.answering.reading import NO_ANSWER_TEXT, NOT_SERVED
from bloomweaver.answering.written import ANSWER_MAX_CHARACTERS
from bloomweaver.chats.answers import CitationState
from bloomweaver.chats.erasure import erase_answers
from bloomweaver.chats.message import Message, MessageStatus
from bloomweaver.errors import AnswerOvertaken, GeneratorOverloaded, GeneratorUnavailable, StorageUnavailable
from tests.answering.room import Room, Script, Scripted, WordEncoder

TIDES = "The tide tables are in the blue cabinet. The harbour master has the key."
BOATS = "Boats are let by the hour. The price is on the board."
SECRET = "cabinet"


def pieces(*texts: str) -> Script:
    """Writes these pieces; KEY0, KEY1 stand for the keys of the passages."""

    def write(prompt: Prompt) -> Iterator[Event]:
        for text in texts:
            for number, passage in enumerate(prompt.passages):
                text = text.replace(f"KEY{number}", passage.key)
            yield Piece(text)
        yield Ended()

    return write


def room(script: Script) -> Room:
    """With two documents, and a generator that writes what the script says."""
    made = Room(Scripted(script))
    made.shelf.put("tides", TIDES, 0.9)
    made.shelf.put("boats", BOATS, 0.5)
    return made


def extractive() -> Room:
    """With two documents, whose sentences answer."""
    made = Room(ExtractiveGenerator(WordEncoder(), least_score=0.5), limits=EXTRACTIVE)
    made.shelf.put("tides", TIDES, 0.9)
    made.shelf.put("boats", BOATS, 0.5)
    return made


def prompts(made: Room) -> Sequence[Prompt]:
    generator = made.generation._generator
    assert isinstance(generator, Scripted)
    return generator.prompts


# What is written -----------------------------------------------------------------------------------------------------


def test_a_models_words_are_shown_with_numbers_for_what_they_cite() -> None:
    def cut(prompt: Prompt) -> Iterator[Event]:
        first, second = (passage.key for passage in prompt.passages)
        for text in ("In the blue cab", "inet [" + first[:6], first[6:] + "]. Boats cost [", f"{second}, {first}]."):
            yield Piece(text)
        yield Ended(tokens_in=7, tokens_out=9)

    made = room(cut)
    shown = made.answer("Where are the tide tables?")

    assert (shown.status, shown.text) == (MessageStatus.COMPLETE, "In the blue cabinet [1]. Boats cost [2][1].")
    assert [(each.number, each.doc_hash, each.state) for each in shown.citations] == [
        (1, "tides", CitationState.CURRENT),
        (2, "boats", CitationState.CURRENT),
    ]
    assert [each.quote for each in shown.citations] == [TIDES, BOATS]
    for each in shown.citations:
        assert all(shown.text[at:].startswith(f"[{each.number}]") for at in each.at)
    assert [len(each.at) for each in shown.citations] == [2, 1]
    assert shown.used is not None
    assert (shown.used.tokens_in, shown.used.tokens_out, shown.generator) == (7, 9, "scripted")


def test_a_key_that_was_not_given_is_taken_out() -> None:
    shown = room(pieces("So it is [ref-zzzzzz].")).answer("Where are the tide tables?")
    assert (shown.text, shown.citations) == ("So it is .", [])


def test_no_passage_is_kept_with_an_answer() -> None:
    made = extractive()
    shown = made.answer("Where are the tide tables?")
    assert shown.status is MessageStatus.COMPLETE
    assert shown.text == "The tide tables are in the blue cabinet. [1]"
    assert shown.citations[0].quote == "The tide tables are in the blue cabinet."
    for written in made.table.written:
        assert SECRET not in written.model_dump_json()


def test_every_quote_is_literally_in_its_passage() -> None:
    shown = extractive().answer("What is the price of boats by the hour?")
    assert [each.doc_hash for each in shown.citations] == ["boats"] * len(shown.citations)
    assert all(each.quote and each.quote in BOATS for each in shown.citations)


def test_what_the_documents_do_not_say_is_said_to_be() -> None:
    shown = extractive().answer("Who won the elections?")
    assert (shown.status, shown.text, shown.citations) == (MessageStatus.NO_ANSWER, NO_ANSWER_TEXT, [])


@pytest.mark.parametrize(
    "script", [pieces(NO_ANSWER), pieces("NO_", "ANSWER\n"), pieces(""), lambda _: iter([NothingSaid()])]
)
def test_a_model_may_say_so_too(script: Script) -> None:
    def slow(prompt: Prompt) -> Iterator[Event]:
        for event in script(prompt):
            made.monotonic += 2  # what there is so far is written after each
            yield event

    made = room(slow)
    shown = made.answer("Who won?")
    assert (shown.status, shown.text) == (MessageStatus.NO_ANSWER, NO_ANSWER_TEXT)
    # Not a letter of the word was shown on the way.
    assert all(not written.parts for written in made.table.written)


def test_a_short_answer_that_the_word_begins_with_is_one() -> None:
    assert room(pieces("NO")).answer("Is it there?").text == "NO"


def test_without_documents_there_is_no_answer() -> None:
    made = Room(Scripted(pieces("invented")))
    assert made.answer("Where are the tide tables?").status is MessageStatus.NO_ANSWER
    assert not prompts(made)


def test_what_there_is_so_far_is_written_each_second() -> None:
    def slow(prompt: Prompt) -> Iterator[Event]:
        for number in range(5):
            made.monotonic += 0.6
            yield Piece(f"{number} ")
        made.monotonic += 0.6
        yield Ended()

    made = room(slow)
    made.answer("Where are the tide tables?")
    texts = ["".join(part.text for part in each.parts if part.kind == "words") for each in made.table.written]
    assert [text for text in texts if text][:2] == ["0 1 ", "0 1 2 3 "]


def test_whoever_watches_is_told_of_each_part() -> None:
    def slow(prompt: Prompt) -> Iterator[Event]:
        for number in range(3):
            made.monotonic += 1.5
            yield Piece(f"{number} ")
        yield Ended()

    made = room(slow)
    task = made.ask("Where are the tide tables?")
    made.run(task)
    assert [each.status for each in made.watchers.told] == [MessageStatus.RUNNING] * 4
    revisions = [each.revision for each in made.watchers.told]
    assert revisions == sorted(set(revisions))


def test_a_generator_that_takes_too_long_is_left_with_what_it_wrote() -> None:
    def endless(prompt: Prompt) -> Iterator[Event]:
        while True:
            made.monotonic += 10
            yield Piece("more ")

    made = room(endless)
    shown = made.answer("Where are the tide tables?")
    assert (shown.status, shown.error and shown.error.type) == (MessageStatus.INCOMPLETE, "GeneratorTooSlow")
    assert shown.text.startswith("more more ")


def test_an_answer_of_ten_megabytes_is_cut() -> None:
    def flood(prompt: Prompt) -> Iterator[Event]:
        for _ in range(1000):
            yield Piece("x" * 10_000)

    shown = room(flood).answer("Where are the tide tables?")
    assert (shown.status, shown.error and shown.error.type) == (MessageStatus.INCOMPLETE, "AnswerTooLong")
    assert len(shown.text) == ANSWER_MAX_CHARACTERS


def test_a_stream_that_is_cut_is_no_whole_answer() -> None:
    def cut(prompt: Prompt) -> Iterator[Event]:
        yield Piece("The tide ta")

    shown = room(cut).answer("Where are the tide tables?")
    assert (shown.status, shown.text) == (MessageStatus.INCOMPLETE, "The tide ta")
    assert shown.error is not None


def test_an_error_in_the_middle_keeps_what_was_written_and_one_before_it_is_tried_again() -> None:
    def fails_late(prompt: Prompt) -> Iterator[Event]:
        yield Piece("The tide")
        raise GeneratorUnavailable("the stream broke: ...cabinet...")

    shown = room(fails_late).answer("Where are the tide tables?")
    assert (shown.status, shown.text) == (MessageStatus.INCOMPLETE, "The tide")
    assert shown.error is not None
    assert SECRET not in shown.error.message

    def fails_at_once(prompt: Prompt) -> Iterator[Event]:
        raise GeneratorOverloaded("429")
        yield Piece("")

    made = room(fails_at_once)
    task = made.ask("Where are the tide tables?")
    made.retrieval.run(task)
    with pytest.raises(GeneratorOverloaded):
        made.generation.run(task)
    made.storing.fail(task, "GeneratorOverloaded")
    failed = made.read(task)
    assert (failed.status, failed.text) == (MessageStatus.FAILED, "")
    assert failed.error is not None
    assert (failed.error.type, failed.ended_at is not None) == ("GeneratorOverloaded", True)


# What it rests on ----------------------------------------------------------------------------------------------------


def test_an_answer_rests_on_all_that_was_given_cited_or_not() -> None:
    made = room(pieces("In the cabinet [KEY0]."))
    task = made.ask("Where are the tide tables?")
    assert made.run(task).status is MessageStatus.COMPLETE
    made.delete("boats")  # which is not cited
    shown = made.read(task)
    assert (shown.status, shown.text) == (MessageStatus.WITHHELD, "")
    assert [(each.doc_hash, each.quote, each.title) for each in shown.citations] == [("tides", None, None)]


@pytest.mark.parametrize("sent_again", [False, True])
def test_a_deleted_document_is_withheld_at_once_and_stays_so_when_it_is_sent_again(sent_again: bool) -> None:
    made = extractive()
    task = made.ask("Where are the tide tables?")
    made.run(task)
    made.delete("tides")
    if sent_again:
        made.send_again("tides", TIDES)
    shown = made.read(task)
    assert (shown.status, shown.text) == (MessageStatus.WITHHELD, "")
    assert [each.state for each in shown.citations] == [CitationState.WITHDRAWN]
    assert SECRET not in shown.model_dump_json()


def test_a_replaced_document_is_marked_and_quotes_nothing_more() -> None:
    made = extractive()
    task = made.ask("Where are the tide tables?")
    made.run(task)
    made.send_again("tides", "The tide tables are on the wall.")
    shown = made.read(task)
    assert (shown.status, shown.text) == (MessageStatus.COMPLETE, f"{NOT_SERVED} [1]")
    assert [(each.state, each.quote) for each in shown.citations] == [(CitationState.SUPERSEDED, None)]
    assert shown.rests_on_superseded


def test_what_is_deleted_while_it_is_written_is_not_shown_and_made_anew() -> None:
    def write(prompt: Prompt) -> Iterator[Event]:
        yield Piece(f"From {len(prompt.passages)} passages, in the {SECRET}.")
        if made.table.written[-1].rounds == 0:
            made.delete("tides")
            assert SECRET not in made.read(task).model_dump_json()
        yield Ended()

    made = room(write)
    task = made.ask("Where are the tide tables?")
    shown = made.run(task)
    assert (shown.status, shown.text) == (MessageStatus.COMPLETE, f"From 1 passages, in the {SECRET}.")
    assert made.kept(task).rests_on == {"boats": 1}


def test_an_answer_that_dies_each_time_is_withheld_in_the_end() -> None:
    made = room(pieces("words"))
    for number in range(ROUNDS_MAX + 1):
        made.shelf.put(f"doc-{number}", "The tide tables again.", 0.95)
    task = made.ask("Where are the tide tables?")
    for number in range(ROUNDS_MAX + 1):
        made.retrieval.run(task)
        made.generation.run(task)
        made.delete(f"doc-{number}")
        verdict = made.fence.run(task)
        assert verdict is (Verdict.STANDS if number == ROUNDS_MAX else Verdict.ANEW)
        assert made.kept(task).parts == ()
    made.storing.end(task)
    assert made.read(task).status is MessageStatus.WITHHELD


def test_a_quote_of_what_was_replaced_meanwhile_is_made_anew() -> None:
    made = extractive()
    task = made.ask("Where are the tide tables?")
    made.retrieval.run(task)
    made.generation.run(task)
    made.send_again("tides", "The tide tables are on the wall.")
    assert made.fence.run(task) is Verdict.ANEW
    assert made.run(task).text == "The tide tables are on the wall. [1]"


def test_a_passage_that_is_gone_before_it_is_given_is_given_to_nobody() -> None:
    made = room(pieces("words"))
    task = made.ask("Where are the tide tables?")
    made.retrieval.run(task)
    made.delete("tides")
    made.generation.run(task)
    [prompt] = prompts(made)
    assert [passage.text for passage in prompt.passages] == [BOATS]


def test_nothing_is_made_of_a_document_before_it_is_noted_that_the_answer_rests_on_it() -> None:
    made = room(pieces("words"))
    task = made.ask("Where are the tide tables?")
    made.table.failing_notes = True
    with pytest.raises(StorageUnavailable):
        made.retrieval.run(task)
    assert made.kept(task).references == ()


def test_a_deletion_erases_what_rests_on_the_document_and_ends_what_is_being_made_of_it() -> None:
    made = room(pieces("In the cabinet [KEY0]."))
    whole, running = made.ask("Where are the tide tables?"), made.ask("Where are they?")
    made.run(whole)
    made.retrieval.run(running)
    made.generation.run(running)
    other = made.ask("Where?", made.chat(folder="/elsewhere"))
    made.run(other)
    made.delete("boats")
    assert erase_answers(made.table, made.clock, "boats", 2) == 2
    for task in (whole, running):
        kept = made.kept(task)
        assert (kept.status, kept.parts, kept.references) == (MessageStatus.WITHHELD, (), ())
        assert made.read(task).status is MessageStatus.WITHHELD
    with pytest.raises(AnswerOvertaken):
        made.fence.run(running)
    assert made.kept(other).status is MessageStatus.NO_ANSWER
    assert erase_answers(made.table, made.clock, "boats", 2) == 0


def test_an_answer_that_was_made_anew_from_other_documents_is_not_erased() -> None:
    made = room(pieces("words"))
    task = made.ask("Where are the tide tables?")
    made.run(task)
    made.shelf.vectors.delete(["boats#v000001-00000"])  # it is not found again
    made.desk().again(task.chat_id, task.message_id)
    again = made.runs.started[f"{task.chat_id}-{task.message_id}-2"]
    made.run(again)
    made.delete("boats")
    erase_answers(made.table, made.clock, "boats", 2)
    assert made.read(again).status is MessageStatus.COMPLETE


def test_a_late_deletion_erases_nothing_that_rests_on_a_newer_version() -> None:
    made = room(pieces("words"))
    made.delete("boats")
    made.send_again("boats", BOATS)
    task = made.ask("Where are the boats?")
    made.run(task)
    assert erase_answers(made.table, made.clock, "boats", 2) == 0
    assert made.read(task).status is MessageStatus.COMPLETE


# Turns ---------------------------------------------------------------------------------------------------------------


def test_a_follow_up_is_looked_for_with_the_question_before_it() -> None:
    made = extractive()
    chat = made.chat()
    made.answer("Where are the tide tables?", chat)
    shown = made.answer("And who has its key?", chat)
    assert {each.doc_hash for each in shown.citations} == {"tides"}


def test_earlier_answers_are_given_and_rested_on_with_all_that_they_rest_on() -> None:
    made = room(pieces("In the cabinet [KEY0]."))
    chat = made.chat()
    made.answer("Where are the tide tables?", chat)
    made.shelf.put("moon", "The moon moves the tide.", 0.99)
    made.delete("boats")
    made.send_again("boats", BOATS)
    task = made.ask("Why?", chat)
    made.run(task)
    # The first answer rests on what was deleted: it is in no later prompt.
    assert prompts(made)[-1].turns == []

    third = made.ask("And then?", chat)
    made.run(third)
    [turn] = prompts(made)[-1].turns
    assert (turn.question, turn.answer) == ("Why?", "In the cabinet .")
    made.delete("moon")
    assert made.read(third).status is MessageStatus.WITHHELD


def test_an_answer_rests_on_what_the_answers_in_its_prompt_rest_on() -> None:
    made = room(pieces("words"))
    chat = made.chat()
    made.answer("Where are the tide tables?", chat)
    made.shelf.vectors.chunks.pop("boats#v000001-00000")  # it is not found again, and still served
    task = made.ask("Why?", chat)
    made.run(task)
    assert {each.doc_hash for each in made.kept(task).references} == {"tides"}
    made.delete("boats")
    assert made.read(task).status is MessageStatus.WITHHELD


# Nobody waits --------------------------------------------------------------------------------------------------------


def test_a_run_writes_nothing_after_it_was_stopped() -> None:
    def write(prompt: Prompt) -> Iterator[Event]:
        made.monotonic += 2
        yield Piece("The tide ")
        made.desk().stop(task.chat_id, task.message_id)
        made.monotonic += 2
        yield Piece("tables ")

    made = room(write)
    task = made.ask("Where are the tide tables?")
    made.retrieval.run(task)
    with pytest.raises(AnswerOvertaken):
        made.generation.run(task)
    shown = made.read(task)
    assert (shown.status, shown.text) == (MessageStatus.INCOMPLETE, "The tide ")
    assert shown.error is not None
    assert shown.error.type == "Stopped"


@pytest.mark.parametrize("state", ["retrieval", "generation", "fence"])
def test_no_state_works_for_a_chat_that_was_deleted(state: str) -> None:
    made = room(pieces("words"))
    task = made.ask("Where are the tide tables?")
    made.retrieval.run(task)
    made.desk().delete(task.chat_id)
    with pytest.raises(AnswerOvertaken):
        getattr(made, state).run(task)
    with pytest.raises(AnswerOvertaken):
        made.storing.end(task)
    assert made.table.all_messages == {}


def test_a_run_that_notes_what_it_rests_on_after_its_chat_was_deleted_forgets_it() -> None:
    made = room(pieces("words"))
    task = made.ask("Where are the tide tables?")
    noted = made.table.note_rests

    def deleted_meanwhile(message: Message, rests_on: Mapping[str, int]) -> None:
        made.desk().delete(task.chat_id)
        noted(message, rests_on)

    made.table.note_rests = deleted_meanwhile  # type: ignore[method-assign]
    with pytest.raises(AnswerOvertaken):
        made.retrieval.run(task)
    assert made.table.rests == {}


def test_a_run_of_an_attempt_before_writes_nothing() -> None:
    made = room(pieces("words"))
    task = made.ask("Where are the tide tables?")
    made.desk().stop(task.chat_id, task.message_id)
    made.desk().again(task.chat_id, task.message_id)
    with pytest.raises(AnswerOvertaken):
        made.retrieval.run(task)
    assert made.run(made.runs.started[f"{task.chat_id}-{task.message_id}-2"]).text == "words"
