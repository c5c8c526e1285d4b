"""The queue in front of the engine."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from embedding_service.batching import Batcher
from embedding_service.errors import InferenceFailed, Overloaded, TooLarge
from tests.embedding_service.gated_engine import DIMENSION, WAIT_SECONDS, GatedEngine


@contextmanager
def open_batcher(engine: GatedEngine, max_queued_tokens: int = 10_000) -> Iterator[Batcher]:
    batcher = Batcher(engine, DIMENSION, batch_tokens=1024, max_queued_tokens=max_queued_tokens)
    try:
        yield batcher
    finally:
        engine.gate.set()
        batcher.close()


def run(
    engine: GatedEngine, scenario: Callable[[Batcher], Coroutine[Any, Any, None]], max_queued_tokens: int = 10_000
) -> None:
    async def within_bounds(batcher: Batcher) -> None:
        await asyncio.wait_for(scenario(batcher), WAIT_SECONDS)

    with open_batcher(engine, max_queued_tokens) as batcher:
        asyncio.run(within_bounds(batcher))


async def submit(batcher: Batcher, *texts: list[int], normalize: bool = False) -> asyncio.Task[Any]:
    """A request that has been accepted, or refused, when this returns."""
    task = asyncio.ensure_future(batcher.embed(texts, normalize=normalize))
    await asyncio.sleep(0)
    return task


async def busy(batcher: Batcher, engine: GatedEngine) -> asyncio.Task[Any]:
    """A request that the engine is working on, and goes on with until its gate opens."""
    task = await submit(batcher, [1])
    assert await asyncio.to_thread(engine.entered.wait, WAIT_SECONDS)
    return task


def test_every_request_gets_its_own_vectors_in_order() -> None:
    engine = GatedEngine(streams=2)
    engine.gate.set()

    async def scenario(batcher: Batcher) -> None:
        requests = [[[100 * r + t] * (1 + (7 * t + r) % 60) for t in range(1, 20)] for r in range(1, 12)]
        answers = await asyncio.gather(*(batcher.embed(texts, normalize=False) for texts in requests))
        for texts, vectors in zip(requests, answers, strict=True):
            assert vectors[:, 0].tolist() == [ids[0] for ids in texts]
        assert batcher.queued_tokens == 0

    run(engine, scenario)


def test_requests_that_wait_together_share_a_batch() -> None:
    engine = GatedEngine()

    async def scenario(batcher: Batcher) -> None:
        waiting = [await busy(batcher, engine)]
        waiting += [await submit(batcher, [number]) for number in range(2, 12)]
        engine.gate.set()
        await asyncio.gather(*waiting)

    run(engine, scenario)
    assert [len(batch) for batch in engine.runs] == [1, 10]


def test_normalised_and_raw_vectors_of_one_batch() -> None:
    engine = GatedEngine()

    async def scenario(batcher: Batcher) -> None:
        first = await busy(batcher, engine)
        raw, unit = await submit(batcher, [3]), await submit(batcher, [3], normalize=True)
        engine.gate.set()
        await first
        np.testing.assert_allclose(await raw, [[3] * DIMENSION])
        np.testing.assert_allclose(await unit, [[0.5] * DIMENSION])

    run(engine, scenario)


def test_what_does_not_fit_is_refused_and_fits_again_later() -> None:
    engine = GatedEngine()

    async def scenario(batcher: Batcher) -> None:
        accepted = [await busy(batcher, engine), await submit(batcher, [2] * 60)]
        with pytest.raises(Overloaded):
            await batcher.embed([[3] * 40], normalize=False)
        accepted.append(await submit(batcher, [4] * 39))
        assert batcher.queued_tokens == 100
        assert batcher.full()
        engine.gate.set()
        await asyncio.gather(*accepted)
        assert not batcher.full()
        await batcher.embed([[3] * 40], normalize=False)

    run(engine, scenario, max_queued_tokens=100)


def test_a_request_that_can_never_fit_is_told_so() -> None:
    async def scenario(batcher: Batcher) -> None:
        with pytest.raises(TooLarge, match="101 tokens"):
            await batcher.embed([[1] * 50, [2] * 51], normalize=False)

    run(GatedEngine(), scenario, max_queued_tokens=100)


def test_a_cancelled_request_leaves_the_queue() -> None:
    engine = GatedEngine()

    async def scenario(batcher: Batcher) -> None:
        first = await busy(batcher, engine)
        gone = await submit(batcher, *([number] * 100 for number in range(50, 90)))
        kept = await submit(batcher, [7])
        assert batcher.queued_tokens == 1 + 4000 + 1
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert batcher.queued_tokens == 2
        engine.gate.set()
        await asyncio.gather(first, kept)

    run(engine, scenario)
    assert engine.runs == [[[1]], [[7]]]


def test_a_text_that_the_model_fails_on_fails_its_own_request_and_no_other() -> None:
    engine = GatedEngine()
    engine.poison = 13

    async def scenario(batcher: Batcher) -> None:
        first = await busy(batcher, engine)
        before, poisoned = await submit(batcher, [12]), await submit(batcher, [11], [13])
        after = await submit(batcher, [14], [15])
        engine.gate.set()
        await first
        with pytest.raises(InferenceFailed):
            await poisoned
        assert (await before)[:, 0].tolist() == [12]
        assert (await after)[:, 0].tolist() == [14, 15]
        assert (await batcher.embed([[16]], normalize=False))[0, 0] == 16
        assert batcher.queued_tokens == 0

    run(engine, scenario)
    assert [len(batch) for batch in engine.runs[:2]] == [1, 5]


def test_bulk_alone_cannot_have_short_requests_refused() -> None:
    engine = GatedEngine()

    async def scenario(batcher: Batcher) -> None:
        accepted = [await busy(batcher, engine)]
        accepted += [await submit(batcher, *[[2] * 300] * 5) for _ in range(4)]
        with pytest.raises(Overloaded):
            await batcher.embed([[3] * 300] * 5, normalize=False)
        assert batcher.full(1500 * 2) is False
        accepted.append(await submit(batcher, [4] * 200))
        assert batcher.waiting_tokens("bulk") == 6000
        assert batcher.waiting_tokens("short") == 200
        engine.gate.set()
        await asyncio.gather(*accepted)

    run(engine, scenario, max_queued_tokens=8000)


def test_closing_finishes_what_was_accepted() -> None:
    engine = GatedEngine(streams=2)

    async def scenario(batcher: Batcher) -> None:
        tasks = [await busy(batcher, engine)]
        tasks += [await submit(batcher, [number] * 200) for number in range(2, 30)]
        closing = asyncio.ensure_future(asyncio.to_thread(batcher.close))
        engine.gate.set()
        await closing
        answers = await asyncio.gather(*tasks)
        assert [int(vectors[0, 0]) for vectors in answers] == list(range(1, 30))
        with pytest.raises(RuntimeError):
            await batcher.embed([[1]], normalize=False)

    run(engine, scenario)
