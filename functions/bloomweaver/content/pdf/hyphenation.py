"""Words that the end of a line broke in two, put together again.

Whether a hyphen at the end of a line belongs to the word is not in the document. What is known of compounds and the
document's own words decide.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\w+(?:[-']\w+)*")
_LAST = re.compile(r"(?P<before>\S*)\b(?P<word>[^\W\d_]+)-\Z")
_FIRST = re.compile(r"(?P<word>[^\W_]+)(?P<after>\S*)\s*")
_PUNCTUATION = ".,;:!?()[]{}\"'«»“”‘’"  # noqa: RUF001
_HYPHENATED = frozenset({"self", "well", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"})
"""First parts of compounds that are hardly ever a part of a word without a hyphen."""
_CONJUNCTIONS = frozenset({"and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "o", "e"})


def join_words(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """The lines of each page, those of a broken word with the whole word at the end of the first.

    `regu-` and `lations` become `regulations`. The hyphen stays in `state-of-` and `the-art`, `e-` and `mail`, before a
    capital or a digit, in addresses, and in what the document elsewhere writes with a hyphen and not without.
    """
    words = _count(line for page in pages for line in page)
    return [_join(page, words) for page in pages]


def _count(lines: Iterable[str]) -> Counter[str]:
    return Counter(word.lower() for line in lines for word in _WORD.findall(line))


def _join(lines: Sequence[str], words: Counter[str]) -> list[str]:
    joined: list[str] = []
    for line in lines:
        last = _LAST.search(joined[-1]) if joined else None
        first = _FIRST.match(line)
        if last is None or first is None or not _is_one_word(last, first):
            joined.append(line)
            continue
        hyphen = "-" if _keeps_hyphen(last, first, words) else ""
        joined[-1] = joined[-1].removesuffix("-") + hyphen + first.group().rstrip()
        if rest := line[first.end() :]:
            joined.append(rest)
    return joined


def _is_one_word(last: re.Match[str], first: re.Match[str]) -> bool:
    """Whether the two belong together, with or without a hyphen."""
    if last["word"].isupper() and len(last["word"]) == 1 and not first["word"][0].islower():
        return False  # A grade, a pole, a blood group: A- and then something else.
    # `first- and second-class`: the hyphen stands for the rest of a word that comes later.
    return first["word"].lower() not in _CONJUNCTIONS


def _keeps_hyphen(last: re.Match[str], first: re.Match[str], words: Counter[str]) -> bool:
    before, word, after = last["word"], first["word"], first["after"]
    has_more_parts = "-" in after and not after.strip(_PUNCTUATION).isalpha()
    if last["before"].strip(_PUNCTUATION) or has_more_parts:
        # Of a compound with more parts, an address or a path.
        return True
    if len(before) < 2 or before.lower() in _HYPHENATED or not word.isalpha():
        return True
    if word[0].isupper() and not before.isupper():
        return True
    return words[f"{before}-{word}".lower()] > words[f"{before}{word}".lower()]
