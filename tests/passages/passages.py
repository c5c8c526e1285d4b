"""What the tests ask of passages: how many tokens they have, and whether a text is all in them."""

from collections.abc import Sequence

from tokenizers import Tokenizer

from bloomweaver.content import ExtractedText, TextBlock
from bloomweaver.passages.chunking import CHARACTERS_PER_TOKEN, Chunker


def cut(chunker: Chunker, text: str, *, markdown: bool = False) -> list[str]:
    """The texts of the passages of one text."""
    return [passage.text for passage in chunker.split(ExtractedText((TextBlock(text),), markdown))]


def token_counts(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    """The tokens that the model is given for each text, special ones included."""
    assert tokenizer.truncation is None
    assert tokenizer.padding is None
    return [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]


def covers(text: str, passages: Sequence[str], overlap_tokens: int) -> bool:
    """Whether the passages, in this order, hold all of the text but white space, each with an overlap in the bound."""
    text = _without_space(text)
    longest_overlap = overlap_tokens * CHARACTERS_PER_TOKEN
    # All places up to which the text may be covered so far: in a text that repeats itself there can be more than one.
    reached = {0}
    for passage in map(_without_space, passages):
        reached = {
            start + len(passage)
            for end in reached
            for start in range(max(0, end - longest_overlap), end + 1)
            if text.startswith(passage, start) and start + len(passage) > end
        }
    return len(text) in reached


def _without_space(text: str) -> str:
    return "".join(text.split())
