"""Answers of the documents' own sentences: those that answer, quoted as they stand, and nothing else.

Each sentence of the passages is compared with the question: by what both mean, and by the words of the question that it
has, where a rare one counts more. The best is quoted, with those that are nearly as good. If the best is not good
enough, the documents do not say.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bloomweaver.analysis.matching import find_terms
from bloomweaver.analysis.query import AnalysedQuery, analyse_query
from bloomweaver.answering.passages import PromptPassage
from bloomweaver.answering.ports import Ended, Event, NothingSaid, Quote, TextEncoder
from bloomweaver.answering.prompt import Prompt
from bloomweaver.answering.sentences import Sentence, sentences

QUOTES_MAX = 3
ENCODED_MAX = 24
"""Sentences that are compared by meaning; each takes some milliseconds."""
SENTENCE_MAX_CHARACTERS = 1200
"""What is longer is a table or code, and no sentence that answers."""
NEARLY_AS_GOOD = 0.9
"""A further sentence is quoted whose score is at least this part of the best one's."""
MEANING_WEIGHT = 0.7
"""Of the similarity in meaning; the rest is of the words."""

_LOWEST_SIMILARITY = {"minilm": 0.5, "bge-small": 0.7}
"""By embedding model: a sentence that is further from the question answers none, mostly."""
_ANY_MODELS = 0.5


def lowest_similarity(model: str) -> float:
    """The lowest cosine similarity to a question with which a sentence answers it."""
    return _LOWEST_SIMILARITY.get(model, _ANY_MODELS)


@dataclass(frozen=True)
class _Candidate:
    passage: int
    sentence: Sentence
    text: str
    words: frozenset[str]
    """Those of the question that it has, as the question has them."""


class ExtractiveGenerator:
    """Implements `Generator`, in process."""

    name = "extractive"

    def __init__(self, encoder: TextEncoder, *, min_similarity: float) -> None:
        """`min_similarity` is the lowest cosine similarity of a sentence to the question with which it answers: it
        belongs to the model."""
        self._encoder = encoder
        self._min_similarity = min_similarity

    def answer(self, prompt: Prompt) -> Iterator[Event]:
        """See `Generator`."""
        candidates = _candidates(prompt)
        if not candidates:
            yield NothingSaid()
            return
        shares = _shares(candidates)
        nearest = sorted(range(len(candidates)), key=lambda place: -shares[place])[:ENCODED_MAX]
        similarities = self._similarities(prompt.question, [candidates[place].text for place in nearest])
        scores = {
            place: MEANING_WEIGHT * similarity + (1 - MEANING_WEIGHT) * shares[place]
            for place, similarity in zip(nearest, similarities, strict=True)
        }
        best = max(scores, key=lambda place: (scores[place], -place))
        if max(similarities) < self._min_similarity:
            yield NothingSaid()
            return
        chosen = [place for place in scores if scores[place] >= NEARLY_AS_GOOD * scores[best]]
        chosen = sorted(chosen, key=lambda place: -scores[place])[:QUOTES_MAX]
        for place in chosen:
            candidate = candidates[place]
            yield Quote(candidate.passage, candidate.sentence.start, candidate.sentence.end)
        yield Ended()

    def _similarities(self, question: str, texts: Sequence[str]) -> list[float]:
        asked = self._encoder.encode_query(question).vector
        return [_cosine(asked, vector) for vector in self._encoder.encode_passages(texts)]


def _candidates(prompt: Prompt) -> list[_Candidate]:
    """The sentences of all passages, each text once."""
    query = analyse_query(prompt.question)
    found: dict[str, _Candidate] = {}
    for number, passage in enumerate(prompt.passages):
        for sentence in sentences(passage.text):
            text = " ".join(passage.text[sentence.start : sentence.end].split())
            if len(text) > SENTENCE_MAX_CHARACTERS or text in found or text.endswith("?"):
                continue
            words = _words(query, text) | _words(query, _above(passage))
            found[text] = _Candidate(number, sentence, text, words)
    return list(found.values())


def _above(passage: PromptPassage) -> str:
    """What stands above the passage: it says what a sentence is about that does not name it."""
    return "\n".join(line for line in (passage.title, passage.heading) if line)


def _words(query: AnalysedQuery, text: str) -> frozenset[str]:
    return frozenset(text[span.start : span.end].lower() for span in find_terms(text, query))


def _shares(candidates: Sequence[_Candidate]) -> list[float]:
    """For each, which part of the question's words it has, by how rare they are among all: 0 to 1."""
    number = len(candidates)
    having = Counter(word for candidate in candidates for word in candidate.words)
    weights = {word: math.log(1 + number / count) for word, count in having.items()}
    sums = [sum(weights[word] for word in candidate.words) for candidate in candidates]
    most = max(sums)
    return [each / most if most else 0.0 for each in sums]


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    length = math.sqrt(sum(a * a for a in one)) * math.sqrt(sum(b * b for b in other))
    return product / length if length else 0.0
