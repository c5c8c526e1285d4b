"""A question that goes on from the one before, made whole: what is looked for has to say what it is about."""

from collections.abc import Sequence

from bloomweaver.analysis.folding import normal
from bloomweaver.analysis.query import asked

SHORT_WORDS = 4
"""A question of no more words leaves something out, mostly."""
_POINTING = frozenset(
    [
        *("it", "its", "they", "them", "their", "theirs", "this", "that", "these"),
        *("those", "he", "she", "him", "her", "his", "hers", "one", "ones"),
        *("there", "then", "er"),
        *("sie", "es", "ihm", "ihr", "ihnen", "ihre", "dies", "diese", "dieser"),
        *("dieses", "davon", "dazu", "dort", "il", "elle", "ils"),
        *("elles", "lui", "leur", "ce", "cela", "ceci", "cette", "ces", "celui"),
        *("celle", "ceux"),
    ]
)
"""Words of English, German and French that point at something said before."""


def made_whole(question: str, earlier: Sequence[str], max_characters: int) -> str:
    """The question with what it may go on from before it: the latest of the `earlier` questions, the oldest first.

    One that stands by itself is left as it is, and so is one that leaves no room.
    """
    if not earlier:
        return question
    words = [piece.term for piece in asked(normal(question))]
    if len(words) > SHORT_WORDS and _POINTING.isdisjoint(words):
        return question
    whole = f"{earlier[-1]}\n{question}"
    return whole if len(whole) <= max_characters else question
