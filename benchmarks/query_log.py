"""A log of queries with the shape that such logs have: a few that come all the time, and many that come once.

The queries are known ones: each is the first line of what Python's documentation says of a class or a function.
"""

import random
import re
from collections.abc import Sequence

from benchmarks.corpus import CorpusDocument

SHORTEST, LONGEST = 20, 160
"""Characters of a query."""
WARM_UP = ["how long is a piece of string", "what is the answer to everything"] * 8
"""Queries that no log has and nobody measures, so that the functions are there."""
_ENTRY = re.compile(r"^#{2,3} .+\n\n(.+)$", re.MULTILINE)


def known_queries(corpus: Sequence[CorpusDocument]) -> list[str]:
    """The queries that the corpus has an answer to, each once, in the order of the corpus."""
    lines = [line.strip() for document in corpus for line in _ENTRY.findall(document.text)]
    return list(dict.fromkeys(line for line in lines if SHORTEST <= len(line) <= LONGEST))


def zipf_log(queries: Sequence[str], requests: int, exponent: float, seed: int) -> list[str]:
    """So many requests: the query of rank r comes as often as 1 / r to the power `exponent`, in an order that is by
    chance. Which query has which rank is too, and the same in all logs of these queries."""
    ranked = random.Random(0).sample(queries, len(queries))
    weights = [1 / rank**exponent for rank in range(1, len(ranked) + 1)]
    return random.Random(seed).choices(ranked, weights, k=requests)
