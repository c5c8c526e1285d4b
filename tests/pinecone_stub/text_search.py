"""Full-text search as Pinecone's documentation has it: how a text becomes tokens, and BM25 over them."""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

MAX_TOKEN_CHARACTERS = 40
K1 = 1.2
B = 0.75


def tokens(text: str) -> list[str]:
    """The text split at white space and punctuation, in lower case, each token cut to 40 characters. No stemming and no
    stop words: a field has them only if it asks for them."""
    words = "".join(one if unicodedata.category(one)[0] in "LMN" else " " for one in text).split()
    return [word.lower()[:MAX_TOKEN_CHARACTERS] for word in words]


class TextIndex:
    """The tokens of one field of all documents of a namespace."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._counts = {one: _counts(text) for one, text in texts.items()}
        self._lengths = {one: counts.total() for one, counts in self._counts.items()}
        self._mean = sum(self._lengths.values()) / max(1, len(self._lengths))
        self._having = Counter(token for counts in self._counts.values() for token in counts)

    def scores(self, wanted: Iterable[str]) -> dict[str, float]:
        """The BM25 score of each document that has one of these tokens, by id."""
        scores: dict[str, float] = {}
        for token in wanted:
            having = self._having[token]
            rarity = math.log(1 + (len(self._counts) - having + 0.5) / (having + 0.5))
            for one, counts in self._counts.items():
                if count := counts[token]:
                    length = K1 * (1 - B + B * self._lengths[one] / self._mean)
                    scores[one] = scores.get(one, 0.0) + rarity * count * (K1 + 1) / (count + length)
        return scores


@lru_cache(maxsize=1 << 16)
def _counts(text: str) -> Counter[str]:
    return Counter(tokens(text))  # once: the index is made anew after each write
