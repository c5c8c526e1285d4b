"""The sentences of a prompt's passages that may answer its question, with the question's words that each has."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bloomweaver.answering.asked_words import AskedWords
from bloomweaver.answering.passages import PromptPassage
from bloomweaver.answering.prompt import Prompt
from bloomweaver.answering.sentences import Sentence, sentences

SENTENCE_MAX_CHARACTERS = 1200
"""What is longer is a table or code, and no sentence that answers."""
ABOVE_MAX_CHARACTERS = 160
"""Of what stands above a sentence. A heading that is longer is cut."""


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer."""

    passage: int
    """Its passage's place in the prompt: the best that was found is the first."""
    sentence: Sentence
    text: str
    """With single spaces."""
    above: str
    """What it stands below: the document's title and the nearest heading. It says what a sentence is about that does
    not name it."""
    words: frozenset[int]
    """The numbers of the question's words that it has, or what it stands below."""

    @property
    def whole(self) -> str:
        """The sentence with what it stands below."""
        return f"{self.above}: {self.text}" if self.above else self.text


def candidates(prompt: Prompt, asked: AskedWords) -> list[Candidate]:
    """The sentences of all passages, each text once; none that asks."""
    found: dict[str, Candidate] = {}
    for number, passage in enumerate(prompt.passages):
        of_heading: dict[str, frozenset[int]] = {}
        for sentence in sentences(passage.text):
            text = " ".join(passage.text[sentence.start : sentence.end].split())
            if len(text) > SENTENCE_MAX_CHARACTERS or text in found or text.endswith("?"):
                continue
            above = _above(passage, sentence)
            if above not in of_heading:
                of_heading[above] = asked.within(above)
            words = asked.within(text) | of_heading[above]
            found[text] = Candidate(number, sentence, text, above, words)
    return list(found.values())


def coverages(found: Sequence[Candidate], asked: AskedWords) -> list[float]:
    """Of each, which part of the question's words it has, by how rare they are among all: 0 to 1. A word that none of
    them has is the rarest."""
    having = Counter(word for candidate in found for word in candidate.words)
    weights = [math.log(1 + len(found) / (having[word] + 0.5)) for word in range(len(asked))]
    total = sum(weights)
    return [sum(weights[word] for word in candidate.words) / total if total else 0.0 for candidate in found]


def _above(passage: PromptPassage, sentence: Sentence) -> str:
    heading = sentence.heading or (passage.heading or "").rpartition(" > ")[2]
    title = "" if passage.title and passage.title in heading else passage.title
    return " - ".join(line[:ABOVE_MAX_CHARACTERS] for line in (title, heading) if line)
