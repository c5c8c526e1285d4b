"""The sentences of a prompt's passages that may answer its question, with the question's words that each has."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bloomweaver.answering.asked_words import AskedWords
from bloomweaver.answering.definitions import Definitions, without_brackets
from bloomweaver.answering.passages import PromptPassage
from bloomweaver.answering.prompt import Prompt
from bloomweaver.answering.sentences import Sentence, sentences

SENTENCE_MAX_CHARACTERS = 1200
"""What is longer is a table or code, and no sentence that answers."""
ABOVE_MAX_CHARACTERS = 160
"""Of what stands above a sentence. A heading that is longer is cut."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer."""

    passage: int
    """Its passage's place in the prompt: the best that was found is the first."""
    sentence: Sentence
    text: str
    """With single spaces."""
    about: str
    """What it stands below: the document's title and the nearest heading, without brackets behind that. It says what a
    sentence is about that does not name it."""
    words: frozenset[int]
    """The numbers of the question's words that it has, or what it stands below."""
    leads: bool
    """Whether it is the first below that heading, or of a document that begins with none."""
    completes: bool
    """Whether it has those words of the question that what it stands below has not, and neither has none."""
    defines: bool
    """Whether it leads, and the question asks what that is or is for which the heading names."""

    @property
    def whole(self) -> str:
        """The sentence with what it stands below."""
        return f"{self.about}: {self.text}" if self.about else self.text


def candidates(prompt: Prompt, asked: AskedWords) -> list[Candidate]:
    """The sentences of all passages, each text once; none that asks, or only says again what it stands below."""
    found: dict[str, Candidate] = {}
    definitions = Definitions(prompt.question, asked)
    for number, passage in enumerate(prompt.passages):
        of_heading: dict[str, frozenset[int]] = {}
        leads = _begins_document(passage)
        for sentence in sentences(passage.text):
            text = " ".join(passage.text[sentence.start : sentence.end].split())
            title, heading = _above(passage, sentence)
            above = _joined(title, heading)
            leads = leads or sentence.leads
            if not _says_more(text, above):
                continue  # so the next one leads
            leads, is_lead = False, leads
            if len(text) > SENTENCE_MAX_CHARACTERS or text in found or text.endswith("?"):
                continue
            if above not in of_heading:
                of_heading[above] = asked.within(above)
            words = asked.within(text) | of_heading[above]
            completes = len(words) == len(asked) and 0 < len(of_heading[above]) < len(words)
            defines = is_lead and definitions.named(heading or title, of_heading[above])
            about = _joined(title, without_brackets(heading))
            found[text] = Candidate(number, sentence, text, about, words, is_lead, completes, defines)
    return list(found.values())


def coverages(found: Sequence[Candidate], asked: AskedWords) -> list[float]:
    """Of each, which part of the question's words it has, by how rare they are among all: 0 to 1. A word that none of
    them has is the rarest. One that defines what is asked about needs no other words than that has: all of them."""
    having = Counter(word for candidate in found for word in candidate.words)
    weights = [math.log(1 + len(found) / (having[word] + 0.5)) for word in range(len(asked))]
    total = sum(weights)
    return [_share(candidate, weights, total) for candidate in found]


def _share(candidate: Candidate, weights: Sequence[float], total: float) -> float:
    if candidate.defines:
        return 1.0
    return sum(weights[word] for word in candidate.words) / total if total else 0.0


def _above(passage: PromptPassage, sentence: Sentence) -> tuple[str, str]:
    """The title and the nearest heading."""
    heading = sentence.heading or (passage.heading or "").rpartition(" > ")[2]
    title = "" if not passage.title or passage.title in heading else passage.title
    return title[:ABOVE_MAX_CHARACTERS], heading[:ABOVE_MAX_CHARACTERS]


def _joined(title: str, heading: str) -> str:
    return " - ".join(line for line in (title, heading) if line)


def _says_more(text: str, above: str) -> bool:
    """Whether a sentence has a word that what it stands below has not. Names often come again below themselves."""
    return not _words(text) <= _words(above)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _begins_document(passage: PromptPassage) -> bool:
    """Whether a document begins with this passage, and with no heading of its own: its title stands above it."""
    return passage.place is not None and passage.place.number == 0 and not passage.heading
