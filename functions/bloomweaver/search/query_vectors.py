"""The query as the models of the indexes read it, encoded beside whatever else is asked."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future

from bloomweaver.ports import EncodedQuery, QueryEncoder
from bloomweaver.search.timings import Timings


class QueryVectors:
    """The vectors of one query, each encoded once."""

    def __init__(
        self, query: str, encoders: Callable[[str], QueryEncoder], executor: Executor, timings: Timings
    ) -> None:
        """`encoders` gives the encoder of a model, by its name."""
        self._query = query
        self._encoders = encoders
        self._executor = executor
        self._timings = timings
        self._begun: dict[str, Future[EncodedQuery]] = {}
        self._known: dict[str, EncodedQuery] = {}

    def know(self, vectors: Mapping[str, EncodedQuery]) -> None:
        """Take these, by model, in the place of what the models would make of it."""
        self._known |= vectors

    def begin(self, models: Iterable[str]) -> None:
        """Have the query encoded by those of the models that were not begun yet."""
        for model in models:
            if model not in self._begun and model not in self._known:
                self._begun[model] = self._executor.submit(self._encode, model)

    def of(self, model: str) -> EncodedQuery:
        """What the model makes of it; waits for it. Raises what the encoder raises."""
        if model in self._known:
            return self._known[model]
        self.begin([model])
        return self._begun[model].result()

    def encoded(self) -> dict[str, EncodedQuery]:
        """What models made of it here, by model."""
        ended = {model: begun for model, begun in self._begun.items() if begun.done() and begun.exception() is None}
        return {model: begun.result() for model, begun in ended.items()}

    @property
    def windows(self) -> int:
        """In how many windows the query was read, by the model that needed the most. Those that failed read none."""
        return max((vector.windows for vector in (self._known | self.encoded()).values()), default=1)

    def _encode(self, model: str) -> EncodedQuery:
        with self._timings.of("encode"):
            return self._encoders(model).encode_query(self._query)
