"""An edit changes the passages around it and leaves the others, so that their vectors can be taken from before."""

import random

import pytest
from tokenizers import Tokenizer

from bloomweaver.passages.chunking import Chunker
from tests.passages.passages import cut

WORDS = [
    "rose",
    "garden",
    "king",
    "water",
    "fountain",
    "hedge",
    "path",
    "stone",
    "lawn",
    "gate",
    "summer",
    "wall",
    "sun",
]
INSERTED = "Nobody had expected a maze here. It had been planted in one night.\n\n"


def paragraph(chance: random.Random) -> str:
    sentences = (" ".join(chance.choices(WORDS, k=chance.randint(5, 18))) for _ in range(chance.randint(1, 7)))
    return " ".join(f"{sentence.capitalize()}." for sentence in sentences)


@pytest.fixture(scope="module")
def paragraphs() -> list[str]:
    chance = random.Random(7)
    return [paragraph(chance) for _ in range(400)]


def sectioned(paragraphs: list[str]) -> str:
    """A heading above every paragraph that begins with G."""
    return "\n\n".join(f"## {text.split('.')[0]}\n\n{text}" if text[0] == "G" else text for text in paragraphs)


SHAPES = {
    "markdown with headings": (sectioned, True),
    "paragraphs": ("\n\n".join, False),
    "one giant paragraph": (" ".join, False),
    "hard-wrapped lines": (lambda texts: "\n".join("\n".join(text.split(" and ")) for text in texts), False),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("place", [0.02, 0.5, 0.9])
def test_an_edit_leaves_most_passages_as_they_were(
    wordpiece: Tokenizer, paragraphs: list[str], shape: str, place: float
) -> None:
    join, markdown = SHAPES[shape]
    at = int(place * len(paragraphs))
    edits = {
        "inserted": [*paragraphs[:at], INSERTED.strip(), *paragraphs[at:]],
        "removed": [*paragraphs[:at], *paragraphs[at + 1 :]],
        "reworded": [*paragraphs[:at], paragraphs[at].replace(" ", " not ", 1), *paragraphs[at + 1 :]],
    }
    chunker = Chunker(wordpiece, 128, 24)
    before = set(cut(chunker, join(paragraphs), markdown=markdown))
    assert len(before) > 150

    for edited in edits.values():
        after = cut(chunker, join(edited), markdown=markdown)
        changed = [passage for passage in after if passage not in before]
        assert len(changed) <= 12, f"{len(changed)} of {len(after)} passages changed"


def test_a_text_put_before_a_document_shifts_nothing(wordpiece: Tokenizer, paragraphs: list[str]) -> None:
    chunker = Chunker(wordpiece, 128, 24)
    text = "\n\n".join(paragraphs)

    before = cut(chunker, text)
    after = cut(chunker, INSERTED + text)

    assert after[-len(before) + 12 :] == before[12:]
