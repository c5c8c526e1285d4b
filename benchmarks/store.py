"""LanceDB at three sizes, on disk: `python -m benchmarks.store`.

The passages are those of Python's own documentation, as the pipeline cuts, analyses and embeds them. Where more are
asked for than there are, they come again, each time with other noise on their vectors and others of their words. They
are written through the store, so that its table and indexes are as writes leave them.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console

from benchmarks import figures
from benchmarks.corpus import stdlib_documents
from benchmarks.figures import Figure
from bloomweaver import keys
from bloomweaver.analysis import analyse_query, passage_keywords
from bloomweaver.content import extract
from bloomweaver.models.chunk import IndexedChunk, Metadata
from bloomweaver.passages.chunking import Chunker
from bloomweaver.settings import Settings
from bloomweaver.vector_stores import Filter
from bloomweaver.vector_stores.lance import LanceStore
from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.tokenizer import load_tokenizer
from local.config import StackConfig

SIZES = (2_000, 20_000, 100_000)
ROUNDS = 3
QUERIES = 100
UPSERTS = 200
PASSAGES_PER_UPSERT = 10
AT_A_TIME = 500
BATCH = 32
NOISE = 0.5
"""The length of the noise on a vector of length 1."""
WORDS_KEPT = 0.7
DEPTH = Settings.model_fields["search_depth"].default
FILTERS: dict[str, tuple[float, Filter | None]] = {
    "no filter": (1.0, None),
    "a filter that keeps half": (0.5, {"half": True}),
    "5 %": (0.05, {"twentieth": True}),
    "0.5 %": (0.005, {"rare": True}),
}
RATIO_MAX = 2.0
RECALL_MIN = 0.98
UPSERT_MILLISECONDS_MAX = 25.0

console = Console(highlight=False)
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Passages:
    """Passages by their number, and queries that were encoded and analysed."""

    texts: list[tuple[str, str, str]]
    """Of each that there is, its document, its text and its keywords."""
    vectors: Vectors
    """Of each number."""
    queries: list[tuple[list[float], tuple[str, ...]]]

    def chunk(self, number: int) -> IndexedChunk:
        """A passage, as the same number gives it each time."""
        place, again = number % len(self.texts), number // len(self.texts)
        document, text, keywords = self.texts[place]
        if again:
            words = keywords.split()
            kept = random.Random(number).sample(words, max(1, round(len(words) * WORDS_KEPT)))
            keywords = " ".join(kept)
        chunk_id = keys.chunk_id(1, place)
        return IndexedChunk(
            id=f"{document}-{again}#{chunk_id}",
            doc_hash=f"{document}-{again}",
            version=1,
            chunk_id=chunk_id,
            text=text,
            vector=self.vectors[number].tolist(),
            title=document,
            metadata=_metadata(number),
            keywords=keywords,
        )


def main(
    sizes: Annotated[str, typer.Option(help="How many passages, with commas between.")] = ",".join(map(str, SIZES)),
    rounds: Annotated[int, typer.Option(min=1, help="How often each size is measured.")] = ROUNDS,
) -> None:
    """Measure the store on this machine."""
    of_sizes = sorted(map(int, sizes.split(",")))
    passages = _passages(of_sizes[-1] + rounds * UPSERTS * PASSAGES_PER_UPSERT)
    console.print(f"{len(passages.texts)} passages, {len(passages.queries)} queries")
    with tempfile.TemporaryDirectory() as folder:
        store = LanceStore(folder, "passages", passages.vectors.shape[1], timeout_seconds=60)
        store.create()
        measured = list(_measure(store, Path(folder), passages, of_sizes, rounds))
    figures.print_table(console, measured)


def _measure(
    store: LanceStore, folder: Path, passages: Passages, sizes: Sequence[int], rounds: int
) -> Iterator[Figure]:
    stored = 0
    smallest: dict[str, float] = {}
    for size in sizes:
        longest = _fill(store, passages, stored, size)
        stored = size
        yield Figure(f"{size} passages: longest write of {AT_A_TIME}", "ms", longest)
        yield Figure(f"{size} passages: on disk", "MiB", _mib(folder))
        asked: dict[str, Callable[[int], object]] = {
            "dense, best 10": partial(_dense, store, passages, 10, None),
            f"dense, best {DEPTH}": partial(_dense, store, passages, DEPTH, None),
            f"keyword, best {DEPTH}": partial(_keyword, store, passages, None),
        }
        asked |= {
            f"dense, best {DEPTH}, {name}": partial(_dense, store, passages, DEPTH, filter)
            for name, (_, filter) in FILTERS.items()
            if filter
        }
        loaded = _in_turn({"dense": partial(_dense, store, passages, DEPTH, None)}, rounds)["dense"][0]
        yield Figure(f"{size} passages: dense, best {DEPTH}, right after the writes, p50", "ms", loaded)
        store.optimize()  # what is done by itself once nobody has written for two seconds
        times = _in_turn(asked, rounds)
        for name, (middle, high) in times.items():
            ratio_max = RATIO_MAX if "%" not in name and "filter" not in name else None
            yield Figure(f"{size} passages: {name}, p50", "ms", middle)
            yield Figure(f"{size} passages: {name}, p95", "ms", high)
            if size != sizes[0]:
                yield Figure(f"{size} passages: {name}, p50 against {sizes[0]}", "", middle / smallest[name], ratio_max)
        smallest = smallest or {name: middle for name, (middle, _) in times.items()}
        for name, (_, filter) in FILTERS.items():
            recall = _recall(store, passages, size, filter)
            yield Figure(f"{size} passages: recall@10, {name}", "", recall, RECALL_MIN, at_least=True)
        console.print(f"{size} passages measured")
    yield from _upserts(store, passages, stored, rounds)


def _dense(store: LanceStore, passages: Passages, top_k: int, filter: Filter | None, number: int) -> object:
    return store.query(passages.queries[number][0], top_k, filter)


def _keyword(store: LanceStore, passages: Passages, filter: Filter | None, number: int) -> object:
    return store.query_keywords(passages.queries[number][1], DEPTH, filter)


def _in_turn(asked: dict[str, Callable[[int], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """The median over the rounds of p50 and p95, in milliseconds. They take turns, and so have the same machine."""
    middles: dict[str, list[float]] = {name: [] for name in asked}
    highs: dict[str, list[float]] = {name: [] for name in asked}
    for ask in asked.values():
        ask(0)
    for _ in range(rounds):
        times: dict[str, list[float]] = {name: [] for name in asked}
        for number in range(QUERIES):
            for name, ask in asked.items():
                times[name].append(_milliseconds(partial(ask, number)))
        for name, of_round in times.items():
            middles[name].append(median(of_round))
            highs[name].append(quantiles(of_round, n=20)[18])
    return {name: (median(middles[name]), median(highs[name])) for name in asked}


def _upserts(store: LanceStore, passages: Passages, stored: int, rounds: int) -> Iterator[Figure]:
    """Writes of ten new passages each, with what they do for the upkeep of the table."""
    middles, highs, highest = [], [], []
    for _ in range(rounds):
        times = []
        for _ in range(UPSERTS):
            chunks = [passages.chunk(stored + offset) for offset in range(PASSAGES_PER_UPSERT)]
            times.append(_milliseconds(partial(store.upsert, chunks)))
            stored += PASSAGES_PER_UPSERT
        middles.append(median(times))
        highs.append(quantiles(times, n=20)[18])
        highest.append(max(times))
    yield Figure(f"upsert of {PASSAGES_PER_UPSERT} passages, p50", "ms", median(middles))
    yield Figure(f"upsert of {PASSAGES_PER_UPSERT} passages, p95", "ms", median(highs), UPSERT_MILLISECONDS_MAX)
    yield Figure(f"upsert of {PASSAGES_PER_UPSERT} passages, longest", "ms", max(highest))


def _recall(store: LanceStore, passages: Passages, size: int, filter: Filter | None) -> float:
    numbers = [number for number in range(size) if filter is None or filter.items() <= _metadata(number).items()]
    matrix = passages.vectors[numbers]
    shares = []
    for vector, _ in passages.queries:
        exact = np.argsort(-(matrix @ np.asarray(vector, np.float32)))[:10]
        wanted = {passages.chunk(numbers[place]).id for place in exact}
        shares.append(len(wanted & {hit.id for hit in store.query(vector, 10, filter)}) / len(wanted))
    return sum(shares) / len(shares)


def _fill(store: LanceStore, passages: Passages, start: int, end: int) -> float:
    """Write the passages; how long the longest write took, in milliseconds."""
    longest = 0.0
    for first in range(start, end, AT_A_TIME):
        chunks = [passages.chunk(number) for number in range(first, min(first + AT_A_TIME, end))]
        longest = max(longest, _milliseconds(partial(store.upsert, chunks)))
    return longest


def _metadata(number: int) -> Metadata:
    chance = random.Random(-1 - number).random()
    shares = {"half": 0.5, "twentieth": 0.05, "rare": 0.005}
    return {"number": number, **{name: chance < share for name, share in shares.items()}}


def _passages(count: int) -> Passages:
    config = StackConfig()
    documents = stdlib_documents()
    chunker = Chunker(load_tokenizer(config.model), config.chunk_max_tokens, config.chunk_overlap_tokens)
    found = [
        (document.doc_hash, passage.text, passage.heading)
        for document in documents
        for passage in chunker.split(extract("text/markdown", document.text.encode()))
    ]
    texts = [
        (name, text, passage_keywords(text, title=name, heading=heading, language="en"))
        for name, text, heading in found
    ]
    first_lines = [document.first_line() for document in documents]
    asked = random.Random(1).sample(first_lines, min(QUERIES, len(first_lines)))
    with Encoder(config.model) as encoder:
        batches = [[text for _, text, _ in found[at : at + BATCH]] for at in range(0, len(found), BATCH)]
        vectors = np.concatenate([encoder.encode(batch) for batch in batches])
        queries = [
            ([float(number) for number in encoder.encode_query(line).vector], analyse_query(line).terms)
            for line in asked
        ]
    return Passages(texts, _with_noise(vectors, count), queries)


def _with_noise(vectors: Vectors, count: int) -> Vectors:
    """That many vectors of length 1: these, and these again with noise."""
    all_of_them = np.empty((count, vectors.shape[1]), np.float32)
    for start in range(0, count, len(vectors)):
        block = vectors[: count - start]
        if start:
            noise = np.random.default_rng(start).normal(size=block.shape)
            block = block + noise * (NOISE / np.linalg.norm(noise, axis=1, keepdims=True))
        all_of_them[start : start + len(block)] = block / np.linalg.norm(block, axis=1, keepdims=True)
    return all_of_them


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _mib(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


if __name__ == "__main__":
    typer.run(main)
