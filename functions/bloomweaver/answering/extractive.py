"""Answers of the documents' own sentences: those that answer, quoted as they stand, and nothing else.

Each sentence of the passages is compared with the question, together with what it stands below: by what both mean, and
by the words of the question that it has, where a rare one counts more. One that comes first below its heading, or is of
a passage that was found before others, is worth a little more; so is one that has all words of the question together
with its heading, each some of them; and much more is one that introduces what the heading names, if that is asked. The
best is quoted, with those that are nearly as good. If the best is not good enough, the documents do not say.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bloomweaver.answering.asked_words import AskedWords
from bloomweaver.answering.candidates import Candidate, candidates, coverages
from bloomweaver.answering.ports import Ended, Event, NothingSaid, Quote, TextEncoder
from bloomweaver.answering.prompt import Prompt

QUOTES_MAX = 3
ENCODED_MAX = 24
"""Sentences that are compared by meaning; each takes some milliseconds."""
NEARLY_AS_GOOD = 0.85
"""A further sentence is quoted whose score is at least this part of the best one's."""
MEANING_WEIGHT = 0.7
"""Of the similarity in meaning; the rest is of the words."""
DEFINES_WORTH = 0.2
"""Of the first sentence below the name of what is asked about, if it is asked what that is."""
COMPLETES_WORTH = 0.08
"""Of a sentence that says of what its heading names what is asked about that: together they have all words."""
LEAD_WORTH = 0.05
"""Of the first sentence below a heading, or of a document: mostly it says what the others explain."""
FOUND_WORTH = 0.03
"""Of a sentence of the passage that was found first; half of it of the second one, and so on."""

_LEAST_SCORE = {"minilm": 0.80}
"""By embedding model: what is worth less answers nothing, mostly. `make bench-ask` says how they are set."""
_ANY_MODELS = 0.80


def least_score(model: str) -> float:
    """The least score with which a sentence answers, by the embedding model."""
    return _LEAST_SCORE.get(model, _ANY_MODELS)


@dataclass(frozen=True)
class Judged:
    """A sentence with what it is worth as an answer, of which more is better."""

    candidate: Candidate
    score: float


class ExtractiveGenerator:
    """Implements `Generator`, in process."""

    name = "extractive"

    def __init__(self, encoder: TextEncoder, *, least_score: float) -> None:
        """`least_score` is the least with which a sentence answers: it belongs to the model."""
        self._encoder = encoder
        self._least_score = least_score

    def answer(self, prompt: Prompt) -> Iterator[Event]:
        """See `Generator`."""
        judged = self.judge(prompt)
        if not judged or judged[0].score < self._least_score:
            yield NothingSaid()
            return
        for each in judged[:QUOTES_MAX]:
            if each.score >= NEARLY_AS_GOOD * judged[0].score:
                sentence = each.candidate.sentence
                yield Quote(each.candidate.passage, sentence.start, sentence.end)
        yield Ended()

    def judge(self, prompt: Prompt) -> list[Judged]:
        """The sentences that may answer, the best first."""
        asked = AskedWords(prompt.question)
        found = candidates(prompt, asked)
        shares = coverages(found, asked)
        likely = sorted(zip(found, shares, strict=True), key=lambda pair: -(pair[1] + _worth(pair[0])))[:ENCODED_MAX]
        similarities = self._similarities(prompt.question, [each.whole for each, _ in likely])
        judged = [
            Judged(each, MEANING_WEIGHT * similarity + (1 - MEANING_WEIGHT) * share + _worth(each))
            for (each, share), similarity in zip(likely, similarities, strict=True)
        ]
        return sorted(judged, key=lambda each: -each.score)

    def _similarities(self, question: str, texts: Sequence[str]) -> list[float]:
        if not texts:
            return []
        asked = self._encoder.encode_query(question).vector
        return [_cosine(asked, vector) for vector in self._encoder.encode_passages(texts)]


def _worth(candidate: Candidate) -> float:
    """What the place of a sentence is worth."""
    found = FOUND_WORTH / (1 + candidate.passage)
    said = DEFINES_WORTH * candidate.defines + COMPLETES_WORTH * candidate.completes + LEAD_WORTH * candidate.leads
    return said + found


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    length = math.sqrt(sum(a * a for a in one)) * math.sqrt(sum(b * b for b in other))
    return product / length if length else 0.0
