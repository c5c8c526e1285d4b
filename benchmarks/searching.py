"""How long searches take: through the API while documents load, and inside their function on a quiet stack."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from benchmarks.errors import RunError
from benchmarks.query_log import WARM_UP
from bloomweaver.search.request import Mode
from cli.client import Api, ApiError

PAUSE_SECONDS = 0.2
"""Between a search and the next one, while documents load: what a person who types and reads does not reach."""


@dataclass(frozen=True)
class Inside:
    """Milliseconds inside the search function, by how it was searched."""

    hybrid: list[float]
    dense: list[float]
    repeated: list[float]
    """Of queries that were asked just before."""


class Meanwhile:
    """Searches one query after the other, in a thread of its own, for as long as the block runs.

    `seconds` has how long each took, its way through the API included. Raises `RunError` where one was not answered.
    """

    def __init__(self, api: Api, queries: Sequence[str]) -> None:
        self._api = api
        self._queries = cycle(queries)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="searches")
        self._failure: ApiError | None = None
        self.seconds: list[float] = []

    def __enter__(self) -> "Meanwhile":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self._failure is not None:
            raise RunError(f"a search was not answered: {self._failure}") from self._failure

    def _run(self) -> None:
        try:
            for query in self._queries:
                if self._stop.wait(PAUSE_SECONDS):
                    return
                started = time.perf_counter()
                self._api.search(query)
                self.seconds.append(time.perf_counter() - started)
        except ApiError as error:
            self._failure = error


def inside(api: Api, queries: Sequence[str]) -> Inside:
    """Search for each query, one after the other: half of them by both legs and then again, half by meaning alone.

    No query may have been asked before, nor come twice: the times are those of searches that find nothing kept.
    """
    for query in WARM_UP:
        api.search(query)
    half = len(queries) // 2
    hybrid = [_milliseconds(api, query, Mode.HYBRID, kept=False) for query in queries[:half]]
    repeated = [_milliseconds(api, query, Mode.HYBRID, kept=True) for query in queries[:half]]
    dense = [_milliseconds(api, query, Mode.DENSE, kept=False) for query in queries[half:]]
    return Inside(
        hybrid=[value for value in hybrid if value is not None],
        dense=[value for value in dense if value is not None],
        repeated=[value for value in repeated if value is not None],
    )


def _milliseconds(api: Api, query: str, mode: Mode, *, kept: bool) -> float | None:
    """How long it took; none where its candidates were kept and should not have been, or the other way round."""
    answer = api.search(query, mode=mode)
    return answer.took_ms["total"] if (answer.cached is not None) is kept else None
