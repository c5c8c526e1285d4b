"""Passages of a prompt: neighbours of a document are one text without their overlap, and each keeps its key."""

import re

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from bloomweaver.answering.passages import OVERLAP_MIN_CHARACTERS, PromptPassage, delimited, joined, overlap, together
from bloomweaver.content.extracted import ExtractedText, TextBlock
from bloomweaver.keys import ChunkPlace
from bloomweaver.passages.chunking import Chunker

SENTENCE = "The keeper of the light writes what he sees into the book."
NEXT = "In the morning he reads it to the harbour master."


def _words() -> Tokenizer:
    """A token for each word and sign."""
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def passage(name: str, number: int, text: str, document: str = "a", version: int = 1, **more: str) -> PromptPassage:
    return PromptPassage(f"ref-{name}", text, place=ChunkPlace(document, version, number), **more)


def test_neighbours_follow_each_other_in_the_order_of_the_document_without_what_both_have() -> None:
    after = passage("bbbbbb", 4, f"{SENTENCE} {NEXT}", title="Light", heading="Duties")
    before = passage("aaaaaa", 3, f"It burns at night. {SENTENCE}", title="Light", heading="Duties")
    assert together([after, before]) == (
        "<<passage ref-aaaaaa>>\nLight\nDuties\n"
        f"It burns at night. {SENTENCE}\n<<end ref-aaaaaa>>\n"
        f"<<passage ref-bbbbbb>>\n{NEXT}\n<<end ref-bbbbbb>>"
    )


def test_a_heading_that_is_another_is_said_and_the_title_once() -> None:
    one = passage("aaaaaa", 0, "It burns at night.", title="Light", heading="Lamp")
    two = passage("bbbbbb", 1, NEXT, title="Light", heading="Duties")
    assert together([one, two]).endswith(f"<<passage ref-bbbbbb>>\nDuties\n{NEXT}\n<<end ref-bbbbbb>>")
    assert together([one, two]).count("Light") == 1


def test_what_is_no_neighbour_stays_apart_and_whole() -> None:
    text = f"{SENTENCE} {NEXT}"
    first = passage("aaaaaa", 0, f"Once. {SENTENCE}")
    for other in (
        passage("bbbbbb", 2, text),
        passage("bbbbbb", 1, text, document="b"),
        passage("bbbbbb", 1, text, version=2),
        PromptPassage("ref-bbbbbb", text),
    ):
        assert joined([first, other]) == [[first], [other]]
        assert together([first, other]) == f"{delimited(first)}\n\n{delimited(other)}"


def test_runs_are_in_the_order_of_their_best_passages() -> None:
    names = [[each.key[-1] for each in run] for run in joined(
        [
            passage("aaaaa1", 7, "Seven."),
            passage("aaaaa2", 0, "Zero.", document="b"),
            passage("aaaaa3", 5, "Five."),
            passage("aaaaa4", 6, "Six."),
            passage("aaaaa5", 1, "One.", document="b"),
        ]
    )]  # fmt: skip
    assert names == [["3", "4", "1"], ["2", "5"]]


def test_an_overlap_is_no_chance_no_half_word_and_not_all_of_the_other() -> None:
    assert overlap(f"Once. {SENTENCE}", f"{SENTENCE} {NEXT}") == len(SENTENCE)
    assert overlap("It is the end", "the end of it") == 0, f"less than {OVERLAP_MIN_CHARACTERS}"
    assert overlap("All of the lighthouse", "All of the lighthouses are green.") == 0
    assert overlap(SENTENCE, SENTENCE) == 0
    assert overlap("", SENTENCE) == overlap(SENTENCE, "") == 0


@given(st.text(alphabet="ab .", min_size=0, max_size=60), st.text(alphabet="ab .", max_size=60), st.integers(0, 60))
def test_nothing_of_a_passage_is_lost_where_it_is_joined(before: str, rest: str, shared: int) -> None:
    after = before[len(before) - min(shared, len(before)) :] + rest
    size = overlap(before, after)
    assert before.endswith(after[:size])
    assert size == 0 or OVERLAP_MIN_CHARACTERS <= size < len(after)
    [run] = joined([passage("aaaaaa", 0, before), passage("bbbbbb", 1, after)])
    assert run[0].text == before
    assert run[1].text == after[size:].lstrip()


def test_a_document_as_it_is_really_cut_is_read_once() -> None:
    sentences = [f"Sentence number {number} tells of lamp {number * 7} and of the sea." for number in range(60)]
    text = " ".join(sentences)
    cut = Chunker(_words(), max_tokens=64, overlap_tokens=24).split(ExtractedText((TextBlock(text),)))
    assert len(cut) > 5
    assert sum(len(each.text) for each in cut) > len(text), "they overlap"
    passages = [passage(f"{number:06d}", number, each.text) for number, each in enumerate(cut)]
    [run] = joined(passages[::-1])
    assert " ".join(" ".join(each.text for each in run).split()) == text
    # Each key still stands at words that its passage has.
    for shown, whole in zip(run, passages, strict=True):
        assert shown.key == whole.key
        assert shown.text in whole.text
    assert len(re.findall("<<passage", together(passages))) == len(cut)
