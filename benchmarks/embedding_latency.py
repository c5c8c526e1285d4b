"""What the embedding service's HTTP side costs, and what its two lanes do: figures as numbers, and a table of them.

Client and server share the machine's cores, so every figure that is compared is measured in turns, round after round,
and the medians are compared.
"""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from rich.console import Console

from benchmarks.embedding_process import EmbeddingProcess, embedding_process
from benchmarks.errors import RunError
from benchmarks.figures import Figure, print_table
from benchmarks.http_load import Clients, Load, run_load
from embedding_service.encoder.encoder import Encoder
from embedding_service.settings import Settings

ROUNDS = 3
SECONDS = 3.0
FEW, MANY = 8, 32
"""Clients that send one short query at a time."""
BULK_CONNECTIONS, BULK_TEXTS, BULK_TOKENS = 4, 32, 256
SINGLE_CALLS = 200
WORDS = ("water", "energy", "light", "music", "stone", "river", "market", "winter", "garden", "engine", "paper")
QUERIES = [f"how does a {first} change the {second}?" for first in WORDS for second in WORDS[:4]]


def bulk_text(number: int) -> str:
    """A text of exactly `BULK_TOKENS` tokens with MiniLM's tokenizer: every word is one token."""
    return " ".join(WORDS[(number + place * 7 + place * place) % len(WORDS)] for place in range(BULK_TOKENS - 2))


def bulk_texts() -> list[list[str]]:
    """Requests of `BULK_TEXTS` texts, no two equal."""
    return [[bulk_text(request * BULK_TEXTS + place) for place in range(BULK_TEXTS)] for request in range(4)]


def short_clients(connections: int) -> Clients:
    """Clients of one short query a request."""
    return Clients("short", connections, [json.dumps({"inputs": query, "prompt_name": "query"}) for query in QUERIES])


def bulk_clients() -> Clients:
    """Clients that keep the service busy with long texts."""
    return Clients("bulk", BULK_CONNECTIONS, [json.dumps({"inputs": texts}) for texts in bulk_texts()])


@dataclass(frozen=True)
class Single:
    """One short query at a time, and nothing else: the median in ms."""

    http_ms: float
    bare_ms: float


@dataclass(frozen=True)
class Lanes:
    """Short queries by themselves and beside bulk."""

    few_per_second: float
    many_per_second: float
    many_p95_ms: float
    beside_bulk_p95_ms: float
    beside_bulk_per_second: float
    bulk_beside_short_texts_per_second: float
    client_cores: float


@dataclass(frozen=True)
class Bulk:
    """Long texts a second."""

    http: float
    bare: float


def measure_single(service: EmbeddingProcess, encoder: Encoder) -> Single:
    """HTTP against the encoder's call in process, by turns of a tenth of the calls."""
    http: list[float] = []
    bare: list[float] = []
    for _ in range(5):
        load = _load(service, [short_clients(1)], seconds=0.5, warm_up_seconds=0.2)
        http += load.groups["short"].latencies
        for number in range(SINGLE_CALLS // 5):
            query = QUERIES[number % len(QUERIES)]
            started = time.perf_counter()
            encoder.encode([query], prompt="query")
            bare.append(time.perf_counter() - started)
    return Single(1000 * median(http), 1000 * median(bare))


def measure_lanes(service: EmbeddingProcess) -> Lanes:
    """Short queries of few clients, of many, and of many beside bulk."""
    few = _load(service, [short_clients(FEW)]).groups["short"]
    many_load = _load(service, [short_clients(MANY)])
    many = many_load.groups["short"]
    # Longer, since four large requests take turns: on a slow machine each takes seconds.
    beside = _load(service, [short_clients(MANY), bulk_clients()], seconds=2 * SECONDS, warm_up_seconds=2.0)
    return Lanes(
        few_per_second=few.per_second,
        many_per_second=many.per_second,
        many_p95_ms=p95_ms(many.latencies),
        beside_bulk_p95_ms=p95_ms(beside.groups["short"].latencies),
        beside_bulk_per_second=beside.groups["short"].per_second,
        bulk_beside_short_texts_per_second=BULK_TEXTS * beside.groups["bulk"].per_second,
        client_cores=many_load.client_cores,
    )


def measure_bulk(service: EmbeddingProcess, encoder: Encoder) -> Bulk:
    """Long texts over HTTP against one call of the encoder with the same texts."""
    http = _load(service, [bulk_clients()], seconds=2 * SECONDS).groups["bulk"]
    texts = [text for request in bulk_texts() for text in request]
    done, started = 0, time.perf_counter()
    while (seconds := time.perf_counter() - started) < SECONDS or not done:
        encoder.encode(texts)
        done += len(texts)
    return Bulk(BULK_TEXTS * http.per_second, done / seconds)


def measure(rounds: int = ROUNDS) -> list[Figure]:
    """All figures, each the median of the rounds (ratios: of the rounds' medians). Raises `RunError`."""
    settings = Settings()
    singles: list[Single] = []
    lanes: list[Lanes] = []
    bulks: list[Bulk] = []
    with embedding_process() as service, Encoder(settings.model, model_dir=settings.model_dir) as encoder:
        encoder.warm_up()
        for _ in range(rounds):
            singles.append(measure_single(service, encoder))
            lanes.append(measure_lanes(service))
            bulks.append(measure_bulk(service, encoder))
    return [*of_single(singles), *of_lanes(lanes), *of_bulk(bulks)]


def of_single(rounds: Sequence[Single]) -> list[Figure]:
    """The price of HTTP for one short query."""
    http, bare = median(one.http_ms for one in rounds), median(one.bare_ms for one in rounds)
    return [
        Figure("one short query, p50 over HTTP", "ms", http),
        Figure("one short query, p50 in process", "ms", bare),
        Figure("more over HTTP than in process", "ms", http - bare, 2.0),
    ]


def of_lanes(rounds: Sequence[Lanes]) -> list[Figure]:
    """What many clients cost each other."""
    few, many = median(one.few_per_second for one in rounds), median(one.many_per_second for one in rounds)
    alone, beside = median(one.many_p95_ms for one in rounds), median(one.beside_bulk_p95_ms for one in rounds)
    return [
        Figure(f"short queries, {FEW} clients", "1/s", few),
        Figure(f"short queries, {MANY} clients", "1/s", many),
        Figure(f"{MANY} clients against {FEW}", "", many / few, 0.9, at_least=True),
        Figure(f"short queries, {MANY} clients, p95", "ms", alone),
        Figure("the same beside bulk, p95", "ms", beside),
        Figure("p95 beside bulk against p95 alone", "", beside / alone, 5.0),
        Figure("short queries beside bulk", "1/s", median(one.beside_bulk_per_second for one in rounds)),
        Figure(
            f"{BULK_TOKENS}-token texts beside {MANY} short clients",
            "1/s",
            median(one.bulk_beside_short_texts_per_second for one in rounds),
        ),
        Figure("the clients' own share", "cores", median(one.client_cores for one in rounds)),
    ]


def of_bulk(rounds: Sequence[Bulk]) -> list[Figure]:
    """What HTTP costs long texts."""
    http, bare = median(one.http for one in rounds), median(one.bare for one in rounds)
    return [
        Figure(f"{BULK_TOKENS}-token texts over HTTP, {BULK_TEXTS} a request", "1/s", http),
        Figure(f"{BULK_TOKENS}-token texts in process", "1/s", bare),
        Figure("over HTTP against in process", "", http / bare, 0.95, at_least=True),
    ]


def p95_ms(latencies: Sequence[float]) -> float:
    """In milliseconds. Raises `RunError` if there are not enough for it."""
    if len(latencies) < 2:
        raise RunError("too few answers came for a percentile")
    return 1000 * quantiles(latencies, n=100, method="inclusive")[94]


def _load(
    service: EmbeddingProcess, groups: Sequence[Clients], *, seconds: float = SECONDS, warm_up_seconds: float = 1.0
) -> Load:
    load = run_load(service.url, groups, seconds=seconds, warm_up_seconds=warm_up_seconds)
    for name, result in load.groups.items():
        if set(result.statuses) - {"200"}:
            raise RunError(f"the {name} clients were answered {result.statuses}")
    return load


def main() -> int:
    """Prints the figures beside their targets. Returns the exit code: 1 if a target is missed."""
    figures = measure()
    print_table(Console(highlight=False), figures)
    return 1 if any(figure.met is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
