"""What holds for every text: nothing lost, nothing too long, nothing left to chance."""

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from bloomweaver.passages.chunking import CHARACTERS_PER_TOKEN, Chunker
from tests.examples import examples
from tests.passages.passages import covers, cut, token_counts

MAX_TOKENS = 24
OVERLAP = 8

words = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "Cc"]), min_size=1, max_size=12)
gaps = st.sampled_from([" ", " ", " ", ". ", "! ", "\n", "\r\n", "\n\n", "\r\n\r\n", "\n\n\n   ", "\t", "。", ", "])
starts = st.sampled_from(["", "", "# ", "## ", "- ", "1. ", "| ", "> ", "```\n", "    ", "---\n"])
marked_up = st.lists(st.tuples(starts, words, gaps), max_size=120).map(lambda parts: "".join(map("".join, parts)))
anything = st.text(st.characters(codec="utf-8"), max_size=600)
texts = st.one_of(marked_up, anything)

AWKWARD = [
    "",
    " \n\t\r\n ",
    "".join(sha256(bytes([number])).hexdigest() for number in range(60)),
    "enunciate" * 40,
    "敏捷的棕色狐狸跳过了懒狗" * 40,
    "ประเทศไทยรวมเลือดเนื้อชาติเชื้อไทย" * 20,
    "👩‍👩‍👧‍👦" * 120,
    "é" * 300,
    "a " + " " * 4_000 + "b" + "\n" * 4_000 + "c",
    "1\n" * 300,
    ". " * 300,
    "# \n" * 100,
    "rose\n" + (" " * 32 + "red\n") * 20,
    "0 0 0 0 011¡\n\n\n       ¨ ",
    "0 0¼ď\n\n\n   ## 010     01 ",
    "# " + "long " * 200,
    "no stop in this one at all " * 40,
    "| a | b |\n| --- | --- |\n" + "| 1 | two words |\n" * 60,
]

properties = settings(max_examples=examples(60), deadline=None)


@pytest.fixture(scope="session")
def chunkers(tokenizer: Tokenizer) -> tuple[Chunker, Chunker]:
    """Two of a kind, since what the first remembers of other texts must not matter."""
    return Chunker(tokenizer, MAX_TOKENS, OVERLAP), Chunker(tokenizer, MAX_TOKENS, OVERLAP)


def check(tokenizer: Tokenizer, chunkers: tuple[Chunker, Chunker], text: str, markdown: bool) -> None:
    chunker, another = chunkers
    passages = cut(chunker, text, markdown=markdown)

    assert covers(text, passages, OVERLAP)
    assert all(passage.strip() for passage in passages)
    assert all(count <= MAX_TOKENS for count in token_counts(tokenizer, passages))
    assert all(len(passage) <= MAX_TOKENS * CHARACTERS_PER_TOKEN for passage in passages)
    assert cut(another, text, markdown=markdown) == passages


@given(text=texts, markdown=st.booleans())
@example(text="!" * 200, markdown=False)
@properties
def test_any_text_is_kept_in_passages_within_the_limit(
    tokenizer: Tokenizer, chunkers: tuple[Chunker, Chunker], text: str, markdown: bool
) -> None:
    check(tokenizer, chunkers, text, markdown)


@pytest.mark.parametrize("markdown", [False, True])
@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_an_awkward_text_is_kept_in_passages_within_the_limit(
    tokenizer: Tokenizer, chunkers: tuple[Chunker, Chunker], text: str, markdown: bool
) -> None:
    check(tokenizer, chunkers, text, markdown)


@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=40),
    overlap=st.integers(0, 20),
    separator=st.sampled_from([". ", ".\n", ".\n\n", " "]),
)
@properties
def test_consecutive_passages_share_no_more_than_the_overlap(
    wordpiece: Tokenizer, lengths: list[int], overlap: int, separator: str
) -> None:
    number = iter(range(10**6))
    text = separator.join(" ".join(f"word{next(number)}" for _ in range(length)) for length in lengths)

    passages = cut(Chunker(wordpiece, 48, overlap), text)

    assert covers(text, passages, overlap)
    for before, after in pairwise(passages):
        shared = [word for word in after.split() if word.rstrip(".") in before.replace(".", " ").split()]
        # Every word is there once, so what two passages share is the start of the second.
        assert after.split()[: len(shared)] == shared
        assert token_counts(wordpiece, [" ".join(shared)])[0] - 2 <= overlap
