"""Many clients at once: `python -m benchmarks.embedding_load`. Exits with 1 on a 5xx or a wrong vector.

The clients send short and long requests to both APIs, with a queue that is too small for all of them. Every vector of
every answer is compared with the encoder's own for the text at its place.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Annotated, Any

import numpy as np
import orjson
import psutil
import typer
import uvloop
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.embedding_process import EmbeddingProcess, embedding_process
from benchmarks.errors import RunError
from benchmarks.http_load import Connection, connect, gathered, http_request
from embedding_service.encoder.encoder import Encoder
from embedding_service.settings import Settings

SAME = 0.999
"""The least cosine of two vectors of a text: bf16 rounds to 8 bits, and how a batch is laid out decides which way."""
POOL, REQUESTS = 128, 512
WORDS = ("water", "energy", "light", "music", "stone", "river", "market", "winter", "garden", "engine", "paper")
WARM_UP_SECONDS = 5.0
PAUSE_SECONDS = 0.5
"""How long a client waits that was answered 429."""
MIB = 1024 * 1024


@dataclass(frozen=True)
class Request:
    """What is sent, and the vectors that have to come back."""

    content: bytes
    openai: bool
    expected: NDArray[np.float32]

    def is_answered_by(self, body: bytes) -> bool:
        """Whether there is the right vector at every place."""
        answer: Any = orjson.loads(body)
        vectors = np.array([one["embedding"] for one in answer["data"]] if self.openai else answer, np.float32)
        return vectors.shape == self.expected.shape and bool((vectors * self.expected).sum(axis=1).min() >= SAME)


@dataclass
class Seen:
    """What the clients saw."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: int = 0
    """Answers with a vector that is not its text's."""
    texts: int = 0
    latencies: list[float] = field(default_factory=list)
    """In seconds, of answers with status 200."""
    memory_before_mib: float = 0.0
    """Of the service, after the warm-up."""
    memory_after_mib: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether something was answered that must not be."""
        return bool(self.wrong or set(self.statuses) - {200, 429} or not self.statuses[200])


def requests(host: str, encoder: Encoder) -> list[Request]:
    """Requests of 1 to 8 texts, and some of 32, each text 1 to 200 words."""
    random = np.random.default_rng(1)
    pool = [" ".join(random.choice(WORDS, size)) for size in random.integers(1, 200, POOL)]
    vectors = encoder.encode(pool)
    made = []
    for number in range(REQUESTS):
        places = random.integers(0, POOL, 32 if number % 16 == 0 else random.integers(1, 9))
        texts, openai = [pool[place] for place in places], number % 2 == 0
        body = {"input": texts, "model": encoder.spec.name} if openai else {"inputs": texts}
        path = "/v1/embeddings" if openai else "/embed"
        made.append(Request(http_request(host, path, orjson.dumps(body).decode()), openai, vectors[places]))
    return made


async def send(url: str, made: Sequence[Request], clients: int, seconds: float) -> Seen:
    """Keeps so many clients busy for so long. Raises `RunError` if a connection breaks."""
    seen = Seen(seconds=seconds)
    until = time.perf_counter() + seconds

    def client(number: int) -> Connection:
        turn = number
        request = made[0]

        def take() -> bytes | None:
            nonlocal turn, request
            turn += 7  # Prime to the number of requests, so that clients do not march in step.
            request = made[turn % len(made)]
            return request.content if time.perf_counter() < until else None

        def answered(status: int, body: bytes, latency: float) -> float:
            seen.statuses[status] += 1
            if status != 200:
                return PAUSE_SECONDS
            seen.texts += len(request.expected)
            seen.latencies.append(latency)
            seen.wrong += not request.is_answered_by(body)
            return 0.0

        return Connection(take, answered)

    open_connections = [await connect(url, lambda number=number: client(number)) for number in range(clients)]  # type: ignore[misc]
    await gathered(open_connections, seconds)
    return seen


def measure(service: EmbeddingProcess, made: Sequence[Request], clients: int, seconds: float) -> Seen:
    """The same after a warm-up, with the service's memory before and after. Raises `RunError`."""
    process = psutil.Process(service.pid)
    uvloop.run(send(service.url, made, clients, WARM_UP_SECONDS))
    before = process.memory_info().rss / MIB
    seen = uvloop.run(send(service.url, made, clients, seconds))
    seen.memory_before_mib, seen.memory_after_mib = before, process.memory_info().rss / MIB
    return seen


def main(
    clients: Annotated[int, typer.Option(min=1, help="Connections.")] = 200,
    seconds: Annotated[float, typer.Option(min=1, help="How long they send.")] = 30.0,
    max_queued_tokens: Annotated[int, typer.Option(help="The service's setting.")] = 60_000,
) -> None:
    """Send many clients at once, and check every vector."""
    console = Console(highlight=False)
    settings = Settings()
    try:
        with embedding_process(max_queued_tokens=max_queued_tokens) as service:
            with Encoder(settings.model, model_dir=settings.model_dir) as encoder:
                made = requests("service", encoder)
            seen = measure(service, made, clients, seconds)
    except RunError as error:
        console.print(f"[bold red]{error}[/bold red]")
        raise typer.Exit(1) from error
    console.print(as_table(seen, clients))
    raise typer.Exit(1 if seen.failed else 0)


def as_table(seen: Seen, clients: int) -> Table:
    """What was seen, for people."""
    percentiles = [1000 * value for value in quantiles(seen.latencies, n=100, method="inclusive")]
    table = Table(title=f"{clients} clients for {seen.seconds:.0f} s", title_justify="left", show_header=False)
    for status, count in sorted(seen.statuses.items()):
        table.add_row(f"answers with {status}", str(count))
    table.add_row("answers with a wrong vector", str(seen.wrong))
    table.add_row("texts per second", f"{seen.texts / seen.seconds:.1f}")
    table.add_row("p50, p95", f"{percentiles[49]:.0f} ms, {percentiles[94]:.0f} ms")
    table.add_row(
        "memory of the service, before and after", f"{seen.memory_before_mib:.0f}, {seen.memory_after_mib:.0f} MiB"
    )
    return table


if __name__ == "__main__":
    typer.run(main)
