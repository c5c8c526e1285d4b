"""The stand-in for a language model: what it writes, read as the product reads it."""

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from bloomweaver.adapters.openai_generator import OpenAiGenerator
from bloomweaver.answering.endpoint import Endpoint
from bloomweaver.answering.passages import PromptPassage
from bloomweaver.answering.ports import Ended, Event, Piece
from bloomweaver.answering.prompt import Prompt, Turn
from bloomweaver.errors import GeneratorOverloaded, GeneratorUnavailable
from faults.chat_model import REFUSALS, ChatModel

SECONDS = 30.0
PASSAGES = [
    PromptPassage("ref-aaaaaa", "c00001p1of2 is a note."),
    PromptPassage("ref-bbbbbb", "c00002p1of1 is a note."),
]


@pytest.fixture
def writer() -> Iterator[ChatModel]:
    with ChatModel(1) as running:
        yield running


def _prompt(number: int) -> Prompt:
    return Prompt(f"What? (question {number})", PASSAGES, [Turn("Who? (question 1)", "c00003p1of1 [1].")])


def _generator(writer: ChatModel) -> OpenAiGenerator:
    return OpenAiGenerator(lambda: Endpoint(url=writer.url), "any", read_seconds=SECONDS)


def test_it_says_what_it_was_given_and_cites_some_of_it(writer: ChatModel) -> None:
    writer.let_go(7)
    *pieces, last = _generator(writer).answer(_prompt(7))
    text = "".join(each.text for each in pieces if isinstance(each, Piece))
    said = "c00001p1of2 [ref-aaaaaa]. c00002p1of1 is there too. c00003p1of1 was said before. End."
    assert (text, last) == (said, Ended())


def test_it_keeps_its_last_word_back_until_it_may_say_it(writer: ChatModel) -> None:
    found: list[Event] = []
    thread = threading.Thread(target=lambda: found.extend(_generator(writer).answer(_prompt(8))))
    thread.start()
    assert writer.wait_until_asked(8, SECONDS)
    assert not any(isinstance(event, Ended) for event in found)
    writer.let_go(8)
    thread.join(SECONDS)
    assert isinstance(found[-1], Ended)


def test_it_fails_in_each_way_where_it_may(writer: ChatModel) -> None:
    writer.let_go(9)
    writer.may_fail(True)
    for _ in range(200):
        with suppress(GeneratorOverloaded, GeneratorUnavailable):
            list(_generator(writer).answer(_prompt(9)))
        if set(writer.counts()) == set(REFUSALS):
            break
    assert set(writer.counts()) == set(REFUSALS)
    writer.may_fail(False)
    assert isinstance(list(_generator(writer).answer(_prompt(9)))[-1], Ended)
