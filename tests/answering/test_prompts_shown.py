"""A message's whole prompt, for its owner: what the generator was given, as far as it is served now."""

from collections.abc import Iterator

import pytest

from bloomweaver import keys
from bloomweaver.answering.extractive import ExtractiveGenerator
from bloomweaver.answering.limits import EXTRACTIVE
from bloomweaver.answering.ports import Ended, Event, Piece
from bloomweaver.answering.prompt import Prompt
from bloomweaver.answering.reading import NOT_SERVED
from bloomweaver.chats.answers import CitationState
from bloomweaver.chats.erasure import erase_answers
from bloomweaver.errors import AnswerWithheld
from tests.answering.room import Room, Scripted, WordEncoder

TIDES = "The tide tables are in the blue cabinet."
BOATS = "Boats are let by the hour."


def words(_: Prompt) -> Iterator[Event]:
    yield Piece("In the cabinet.")
    yield Ended()


def room() -> Room:
    made = Room(Scripted(words))
    made.shelf.put("tides", TIDES, 0.9)
    made.shelf.put("boats", BOATS, 0.5)
    return made


def given(made: Room) -> list[Prompt]:
    generator = made.generation._generator
    assert isinstance(generator, Scripted)
    return generator.prompts


def said(made: Room, place: int = -1) -> list[tuple[str, str]]:
    return [(each["role"], each["content"]) for each in given(made)[place].messages()]


def test_the_prompt_is_the_one_that_the_generator_was_given_with_the_turns_before() -> None:
    made = room()
    chat = made.chat()
    made.answer("Where are the tide tables?", chat)
    task = made.ask("And where are the boats let?", chat)
    made.run(task)
    shown = made.prompt(task)
    assert [(each.role, each.content) for each in shown.messages] == said(made)
    assert [each.role for each in shown.messages] == ["system", "user", "assistant", "user"]
    assert (shown.whole, shown.generator, shown.message_id) == (True, "scripted", task.message_id)
    assert [(each.doc_hash, each.version, each.state) for each in shown.passages] == [
        ("tides", 1, CitationState.CURRENT),
        ("boats", 1, CitationState.CURRENT),
    ]
    for each in shown.passages:
        assert f"<<passage {each.key}>>" in shown.messages[-1].content


def test_neighbours_are_joined_in_it_as_they_were_for_the_generator() -> None:
    made = room()
    first = made.shelf.vectors.chunks["tides#v000001-00000"]
    second = first.model_copy(
        update={
            "id": keys.vector_id("tides", 1, 1),
            "chunk_id": keys.chunk_id(1, 1),
            "text": f"{TIDES} Ask for its key.",
            "vector": [0.95, 0.0],
        }
    )
    made.shelf.vectors.upsert([second])

    task = made.ask("Where are the tide tables?")
    made.run(task)
    content = made.prompt(task).messages[-1].content
    assert content == said(made)[-1][1]
    assert content.count(TIDES) == 1
    assert content.index(TIDES) < content.index("Ask for its key.")
    references = {each.chunk_id: each.key for each in made.kept(task).references}
    assert f"<<passage {references['v000001-00001']}>>\nAsk for its key.\n" in content


def test_a_citation_of_a_joined_passage_opens_that_passage() -> None:
    def cite(prompt: Prompt) -> Iterator[Event]:
        [key] = [each.key for each in prompt.passages if "Ask" in each.text]
        yield Piece(f"Ask for the key [{key}].")
        yield Ended()

    made = Room(Scripted(cite))
    made.shelf.put("tides", TIDES, 0.9)
    first = made.shelf.vectors.chunks["tides#v000001-00000"]
    changes = {"id": "tides#v000001-00001", "chunk_id": "v000001-00001", "text": f"{TIDES} Ask for its key."}
    made.shelf.vectors.upsert([first.model_copy(update=changes)])
    [citation] = made.answer("Where are the tide tables?").citations
    assert (citation.chunk_id, citation.quote) == ("v000001-00001", f"{TIDES} Ask for its key.")


def test_what_was_replaced_is_named_and_its_text_is_not_there() -> None:
    made = room()
    task = made.ask("Where are the tide tables?")
    made.run(task)
    made.send_again("tides", "The tide tables are on the wall.")
    shown = made.prompt(task)
    assert [(each.doc_hash, each.state) for each in shown.passages] == [
        ("tides", CitationState.SUPERSEDED),
        ("boats", CitationState.CURRENT),
    ]
    assert not shown.whole
    key = shown.passages[0].key
    assert f"<<passage {key}>>\n{NOT_SERVED}\n<<end {key}>>" in shown.messages[-1].content
    assert "cabinet" not in shown.model_dump_json()
    assert BOATS in shown.messages[-1].content


@pytest.mark.parametrize("erased", [False, True])
@pytest.mark.parametrize("sent_again", [False, True])
def test_of_a_deleted_document_no_prompt_is_shown(erased: bool, sent_again: bool) -> None:
    made = room()
    task = made.ask("Where are the tide tables?")
    made.run(task)
    made.delete("boats")
    if sent_again:
        made.send_again("boats", BOATS)
    if erased:
        assert erase_answers(made.table, made.clock, "boats", 2) == 1
    with pytest.raises(AnswerWithheld, match="withheld"):
        made.prompt(task)


def test_an_earlier_answer_that_was_made_anew_is_left_out_and_that_is_said() -> None:
    made = room()
    chat = made.chat()
    first, second = made.ask("Where are the tide tables?", chat), None
    made.run(first)
    second = made.ask("Why?", chat)
    made.run(second)
    made.desk().again(chat, first.message_id)
    made.run(made.runs.started[f"{chat}-{first.message_id}-2"])
    shown = made.prompt(second)
    assert [each.role for each in shown.messages] == ["system", "user"]
    assert not shown.whole


def test_a_deleted_document_of_an_earlier_answer_withholds_the_prompt_too() -> None:
    made = room()
    chat = made.chat()
    made.answer("Where are the tide tables?", chat)
    made.shelf.vectors.chunks.pop("boats#v000001-00000")  # it is not found again, and still served
    task = made.ask("Why?", chat)
    made.run(task)
    made.delete("boats")
    with pytest.raises(AnswerWithheld):
        made.prompt(task)


def test_where_no_prompt_was_written_there_are_the_passages_alone() -> None:
    made = Room(ExtractiveGenerator(WordEncoder(), least_score=0.5), limits=EXTRACTIVE)
    made.shelf.put("tides", TIDES, 0.9)
    task = made.ask("Where are the tide tables?")
    assert made.prompt(task).messages == []  # nothing has run yet
    made.run(task)
    shown = made.prompt(task)
    assert (shown.messages, shown.generator, shown.whole) == ([], "extractive", True)
    assert [each.doc_hash for each in shown.passages] == ["tides"]

    nothing = Room(Scripted(words))
    task = nothing.ask("Where are the tide tables?")
    nothing.run(task)
    assert (nothing.prompt(task).messages, nothing.prompt(task).passages) == ([], [])


def test_a_prompt_is_shown_while_the_model_writes() -> None:
    def slow(prompt: Prompt) -> Iterator[Event]:
        made.monotonic += 2
        yield Piece("In ")
        seen.append(len(made.prompt(task).messages))
        yield Ended()

    made, seen = Room(Scripted(slow)), list[int]()
    made.shelf.put("tides", TIDES, 0.9)
    task = made.ask("Where are the tide tables?")
    made.run(task)
    assert seen == [2]
