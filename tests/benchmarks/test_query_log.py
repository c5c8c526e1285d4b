"""The query log that the cache of search is measured with."""

from collections import Counter

import pytest

from benchmarks.corpus import CorpusDocument
from benchmarks.query_log import known_queries, zipf_log

TEXT = """# module

What the module is for, in a line.

## open(path)

Open a file, and return what reads it.
It is closed in the end.

## short()

Too short.

### File.read(self)

Read all that is left of the file.

## again(path)

Open a file, and return what reads it.
"""
QUERIES = [f"query {number}" for number in range(200)]


def test_queries_are_what_entries_begin_with_each_once() -> None:
    found = known_queries([CorpusDocument("module", TEXT)])
    assert found == ["Open a file, and return what reads it.", "Read all that is left of the file."]


def test_a_log_has_a_few_queries_all_the_time_and_many_seldom() -> None:
    counts = [count for _, count in Counter(zipf_log(QUERIES, 5000, 1.0, seed=1)).most_common()]
    assert sum(counts) == 5000
    assert counts[0] / counts[9] == pytest.approx(10, rel=0.5)
    assert sum(counts[:20]) > sum(counts[20:])


def test_logs_differ_in_their_order_and_not_in_what_comes_most() -> None:
    one, other = (zipf_log(QUERIES, 2000, 1.0, seed=seed) for seed in (1, 2))
    assert one == zipf_log(QUERIES, 2000, 1.0, seed=1)
    assert one != other
    assert Counter(one).most_common(1)[0][0] == Counter(other).most_common(1)[0][0]
