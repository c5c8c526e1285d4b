"""Where passages begin and end, and what each knows of its place in the document."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from bloomweaver.content import ExtractedText, TextBlock
from bloomweaver.errors import ConfigurationError
from bloomweaver.models.chunk import Passage
from bloomweaver.passages.chunking import Chunker
from tests.passages.passages import cut, token_counts

SENTENCE = "The gardener of Versailles had {} roses and no two of them were of the same red. "


def prose(sentences: int, start: int = 0) -> str:
    return "".join(SENTENCE.format(number) for number in range(start, start + sentences)).strip()


def split_markdown(chunker: Chunker, text: str) -> list[Passage]:
    return chunker.split(ExtractedText((TextBlock(text),), markdown=True))


@pytest.fixture
def chunker(wordpiece: Tokenizer) -> Chunker:
    return Chunker(wordpiece, 128, 24)


def test_a_short_text_is_one_passage(chunker: Chunker) -> None:
    assert chunker.split(ExtractedText((TextBlock("\n  One line.\n\nAnother.\n"),))) == [
        Passage(text="  One line.\n\nAnother.")
    ]


def test_white_space_is_no_passage(chunker: Chunker) -> None:
    assert chunker.split(ExtractedText((TextBlock(" \n\t\n"), TextBlock("")))) == []
    assert chunker.split(ExtractedText(())) == []


def test_passages_are_filled_well(chunker: Chunker, wordpiece: Tokenizer) -> None:
    counts = token_counts(wordpiece, cut(chunker, prose(200)))

    assert max(counts) <= 128
    assert sum(counts) / len(counts) > 0.6 * 128


def test_the_limit_is_reached_where_a_text_just_fits(wordpiece: Tokenizer) -> None:
    text = "rose " * 126  # 126 and the two special tokens are 128.

    assert len(cut(Chunker(wordpiece, 128, 24), text)) == 1
    assert len(cut(Chunker(wordpiece, 127, 24), text)) == 2


def test_passages_of_prose_end_with_sentences(chunker: Chunker) -> None:
    for passage in cut(chunker, prose(60)):
        assert passage.endswith(".")
        assert passage.startswith("The gardener")


def test_passages_end_with_paragraphs_rather_than_within_them(chunker: Chunker) -> None:
    paragraphs = [prose(2, start) for start in range(0, 160, 2)]

    passages = cut(chunker, "\n\n".join(paragraphs))

    assert sum(passage.endswith(tuple(paragraphs)) for passage in passages) > 0.8 * len(passages)


def test_a_passage_repeats_the_end_of_the_one_before_it(chunker: Chunker) -> None:
    passages = cut(chunker, prose(60))

    assert len(passages) > 5
    for before, after in pairwise(passages):
        first_sentence = after[: after.index(".") + 1]
        assert before.endswith(first_sentence)


def test_without_overlap_no_text_is_repeated(wordpiece: Tokenizer) -> None:
    text = prose(60)

    assert " ".join(cut(Chunker(wordpiece, 128, 0), text)) == text


def test_a_section_that_fits_is_not_cut_and_repeats_nothing(chunker: Chunker) -> None:
    sections = [f"## Bed {number}\n\n{prose(6, number * 6)}" for number in range(12)]

    assert cut(chunker, "\n\n".join(sections), markdown=True) == sections


def test_a_heading_stays_with_the_text_below_it(chunker: Chunker) -> None:
    text = "\n\n".join(
        f"# Part {number}\n\n## Chapter {number}\n\n{prose(1 + number % 9, number)}" for number in range(40)
    )

    for passage in cut(chunker, text, markdown=True):
        assert not passage.splitlines()[-1].startswith("#")


def test_a_passage_has_the_path_of_the_headings_above_it(chunker: Chunker) -> None:
    text = f"""{prose(6)}

# The *garden* of [Versailles](https://example.org)

{prose(6)}

## `Roses`

{prose(12)}

Trees
=====

{prose(6)}
"""
    headings = [passage.heading for passage in split_markdown(chunker, text)]

    assert list(dict.fromkeys(headings)) == [
        None,
        "The garden of Versailles",
        "The garden of Versailles > Roses",
        "Trees",
    ]
    assert headings.count("The garden of Versailles > Roses") > 1


def test_what_only_looks_like_a_heading_is_none(chunker: Chunker) -> None:
    text = f"""---
title: Roses
---
{prose(6)}

```python
# a comment

# another
```

    # indented code

> # quoted

#hashtag

{prose(6)}
"""
    assert {passage.heading for passage in split_markdown(chunker, text)} == {None}


def test_a_heading_with_front_matter_above_it_is_found(chunker: Chunker) -> None:
    [passage] = split_markdown(chunker, "---\ntitle: Roses\n---\n# Red\n\nThey are.")

    assert passage.text.startswith("---\ntitle: Roses")
    [red] = [found for found in split_markdown(chunker, f"---\na: b\n---\n# Red\n\n{prose(9)}") if found.heading][:1]
    assert red.heading == "Red"


def test_plain_text_has_no_headings(chunker: Chunker) -> None:
    assert {passage.heading for passage in chunker.split(ExtractedText((TextBlock(f"# Red\n\n{prose(9)}"),)))} == {None}


def test_a_passage_has_the_page_that_it_starts_on(wordpiece: Tokenizer) -> None:
    pages = tuple(TextBlock(prose(5, number * 5), number) for number in range(1, 20))

    passages = Chunker(wordpiece, 128, 24).split(ExtractedText(pages))

    for passage in passages:
        first_sentence = passage.text[: passage.text.index(".") + 1]
        assert passage.page is not None
        assert first_sentence in pages[passage.page - 1].text
    assert len({passage.page for passage in passages}) > 10


def test_line_breaks_of_windows_change_nothing_but_themselves(chunker: Chunker) -> None:
    text = "\n\n".join(f"# Part {number}\n\n{prose(5)}\n\n- one\n- two" for number in range(20))

    unix = split_markdown(chunker, text)
    windows = split_markdown(chunker, text.replace("\n", "\r\n"))

    assert [passage.heading for passage in windows] == [passage.heading for passage in unix]
    assert [re.sub("\r\n", "\n", passage.text) for passage in windows] == [passage.text for passage in unix]


def test_a_table_is_cut_between_rows(chunker: Chunker) -> None:
    rows = [f"| rose {number} | red | planted in the year {1700 + number} |" for number in range(80)]

    passages = cut(chunker, "\n".join(["| name | colour | year |", "| --- | --- | --- |", *rows]), markdown=True)

    assert len(passages) > 5
    assert all(line.startswith("|") and line.endswith("|") for passage in passages for line in passage.splitlines())


def test_code_keeps_its_indentation(chunker: Chunker) -> None:
    lines = [f"    if rose_{number} is red:\n        water(rose_{number})" for number in range(60)]

    passages = cut(chunker, "def tend():\n" + "\n".join(lines))

    assert all(re.match(r"def| {4}if| {8}water", passage) for passage in passages)


def test_an_emoji_of_several_characters_is_not_cut(chunker: Chunker) -> None:
    family = "👩\u200d👩\u200d👧\u200d👦"

    passages = cut(chunker, " ".join([family * 30] * 20))

    assert len(passages) > 2
    assert all(passage.startswith("👩") and passage.endswith("👦") for passage in passages)


def test_chinese_is_cut_at_its_full_stops(wordpiece: Tokenizer) -> None:
    text = "".join(f"花园里有{number}朵红色的玫瑰花。" for number in range(200))

    assert all(passage.endswith("。") for passage in cut(Chunker(wordpiece, 128, 24), text))


def test_a_tokenizer_that_truncates_and_pads_is_not_believed_and_not_changed(
    tokenizer_file: Path, wordpiece: Tokenizer
) -> None:
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    assert tokenizer.truncation["max_length"] == 128
    tokenizer.enable_truncation(8)  # Less than a sentence, so that a count that stops there would show.
    settings = (tokenizer.truncation, tokenizer.padding)

    assert cut(Chunker(tokenizer, 300, 0), prose(100)) == cut(Chunker(wordpiece, 300, 0), prose(100))
    assert (tokenizer.truncation, tokenizer.padding) == settings


@pytest.mark.parametrize(("max_tokens", "overlap"), [(9, 0), (0, 0), (-5, 0), (128, 64), (128, -1), (32, 40)])
def test_limits_without_room_for_text_are_refused(wordpiece: Tokenizer, max_tokens: int, overlap: int) -> None:
    with pytest.raises(ConfigurationError):
        Chunker(wordpiece, max_tokens, overlap)
