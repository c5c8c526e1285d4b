"""Whose turn it is: short requests and bulk."""

import asyncio
from collections.abc import Callable
from typing import Any

from embedding_service.jobs import Job, LaneName, Text
from embedding_service.lanes import SLICED_BATCHES, Batch, Lanes

BATCH_TOKENS = 1024


def scheduled(scenario: Callable[[Lanes], Any]) -> None:
    """A job has a future, so it needs an event loop."""

    async def run() -> None:
        scenario(Lanes(BATCH_TOKENS, streams=2))

    asyncio.run(run())


def add(lanes: Lanes, *lengths: int) -> Job:
    job = Job(len(lengths), 1, False, lanes.lane_of(sum(lengths)))
    lanes.add([Text(job, position, [1] * length) for position, length in enumerate(lengths)])
    return job


def drain(lanes: Lanes) -> list[Batch]:
    batches = []
    while lanes:
        batches.append(lanes.take())
    return batches


def names(batches: list[Batch]) -> list[LaneName]:
    return [batch.lane for batch in batches]


def test_a_request_is_short_by_all_its_texts_together() -> None:
    def scenario(lanes: Lanes) -> None:
        assert add(lanes, 8).lane == "short"
        assert add(lanes, *[8] * 32).lane == "short"
        assert add(lanes, *[8] * 33).lane == "bulk"
        assert add(lanes, 257).lane == "bulk"

    scheduled(scenario)


def test_a_short_request_goes_before_the_bulk_that_came_first() -> None:
    def scenario(lanes: Lanes) -> None:
        add(lanes, *[256] * 64)
        lanes.take()
        add(lanes, 8)
        assert lanes.take().lane == "short"
        assert set(names(drain(lanes))) == {"bulk"}

    scheduled(scenario)


def test_bulk_gets_half_of_the_tokens_while_short_requests_never_end() -> None:
    def scenario(lanes: Lanes) -> None:
        add(lanes, *[256] * 64)
        tokens: dict[LaneName, int] = {"short": 0, "bulk": 0}
        while tokens["bulk"] < 8192:
            while lanes.tokens("short") < 4 * BATCH_TOKENS:
                add(lanes, *[16] * 16)
            batch = lanes.take()
            tokens[batch.lane] += batch.tokens
            assert abs(tokens["short"] - tokens["bulk"]) <= 2 * BATCH_TOKENS
        assert lanes.tokens("bulk") == 8192

    scheduled(scenario)


def test_single_short_texts_without_end_do_not_starve_bulk() -> None:
    def scenario(lanes: Lanes) -> None:
        add(lanes, *[256] * 64)
        batches = []
        for _ in range(200):
            add(lanes, 8)
            batches.append(lanes.take())
        assert names(batches).count("bulk") > 200 / 16

    scheduled(scenario)


def test_what_a_lane_had_is_not_held_against_it_once_the_other_was_empty() -> None:
    def scenario(lanes: Lanes) -> None:
        gone = add(lanes, *[256] * 8)
        for _ in range(100):
            add(lanes, *[16] * 16)
        assert lanes.take().lane == "short"
        lanes.remove(gone)
        drain(lanes)
        add(lanes, *[256] * 8)
        add(lanes, 16)
        assert lanes.take().lane == "short"

    scheduled(scenario)


def test_batches_of_bulk_are_smaller_beside_short_requests_and_whole_again_later() -> None:
    def scenario(lanes: Lanes) -> None:
        add(lanes, *[256] * 200)
        assert lanes.take().tokens == BATCH_TOKENS
        add(lanes, 8)
        assert names([lanes.take()]) == ["short"]
        assert [lanes.take().tokens for _ in range(SLICED_BATCHES)] == [BATCH_TOKENS // 2] * SLICED_BATCHES
        assert lanes.take().tokens == BATCH_TOKENS
        assert sum(len(batch.texts) for batch in drain(lanes)) == 200 - 4 - 2 * SLICED_BATCHES - 4

    scheduled(scenario)


def test_a_text_longer_than_a_slice_is_not_lost() -> None:
    def scenario(lanes: Lanes) -> None:
        add(lanes, 8)
        add(lanes, 900, 900, 5000)
        batches = drain(lanes)
        assert sorted(batch.tokens for batch in batches) == [8, 900, 900, 5000]

    scheduled(scenario)


def test_a_request_that_is_removed_leaves_no_text_behind() -> None:
    def scenario(lanes: Lanes) -> None:
        gone = add(lanes, *[256] * 40)
        kept = add(lanes, *[250] * 8)
        first = lanes.take()
        assert lanes.remove(gone) == 40 * 256 - first.tokens
        assert lanes.tokens("bulk") == 2000
        rest = [text for batch in drain(lanes) for text in batch.texts]
        assert {text.job for text in rest} == {kept}
        assert sorted(text.position for text in rest) == list(range(8))
        assert lanes.remove(gone) == 0

    scheduled(scenario)
