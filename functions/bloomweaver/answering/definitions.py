"""Questions that ask what something is, or what it is for, and which heading names that.

What answers them is how a text introduces the thing: the first sentence below its name, which seldom has other words of
the question.
"""

import re
from enum import Enum, auto

from bloomweaver.answering.asked_words import AskedWords

_FOR = re.compile(
    r"what(?:'s|\s(?:is|are|was|were|do|does|did))\b.*\b(?:for|do|mean)[\s?.!]*\Z"
    r"|what(?:'s|\s(?:is|are|was|were))\sthe\s(?:purpose|meaning)\sof\b"
    r"|(?:wozu|wofür)\b|was\s(?:macht|tut|bewirkt|bedeutet|heisst)\b|welchen\szweck\b"
    r"|à\squoi\s(?:sert|servent)\b|que\s(?:fait|font|signifie|signifient)\b"
)
_IS = re.compile(
    r"(?:what|who)(?:'s|\s(?:is|are|was|were))\b"
    r"|(?:was|wer)\s(?:ist|sind|war|waren)\b"
    r"|qu'est-ce\b|c'est\squoi\b|qui\s(?:est|sont|était|étaient)\b"
)
_IN_BRACKETS = re.compile(r"\s*\(.*\)[\s:]*\Z", re.DOTALL)
"""At the end of a heading: the parameters of a function, a place, a unit. It adds to the name, and is no part of it."""


class Asks(Enum):
    """What a question asks about what it names."""

    WHAT_IT_IS_FOR = auto()
    """Or what it does or means. It may say of what kind the thing is: *what is the command X for*."""
    WHAT_IT_IS = auto()
    """If it names that, and says no more: *what is the price of X* asks for something else."""
    ANYTHING = auto()


def what_is_asked(question: str) -> Asks:
    """By its form, in English, German and French."""
    asked = " ".join(question.casefold().replace("’", "'").split())  # noqa: RUF001
    if _FOR.match(asked):
        return Asks.WHAT_IT_IS_FOR
    return Asks.WHAT_IT_IS if _IS.match(asked) else Asks.ANYTHING


class Definitions:
    """Of one question: below what a sentence that leads answers it."""

    def __init__(self, question: str, words: AskedWords) -> None:
        self._asks = what_is_asked(question)
        self._words = words

    def named(self, nearest: str, above: frozenset[int]) -> bool:
        """Whether the nearest heading is the name of what is asked about: `above` are the question's words that it has,
        with those of the title.

        Before what stands in brackets at its end it has no words but the question's. It cuts no name: `asyncio` is not
        `asyncio.events`.
        """
        if self._asks is Asks.ANYTHING or not above:
            return False
        if self._asks is Asks.WHAT_IT_IS and len(above) < len(self._words):
            return False
        return self._words.cut_none(above) and self._words.have_all_of(without_brackets(nearest))


def without_brackets(heading: str) -> str:
    """The heading without what stands in brackets at its end, unless that is all of it."""
    return _IN_BRACKETS.sub("", heading) or heading
