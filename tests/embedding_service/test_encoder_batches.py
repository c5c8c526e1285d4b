"""Which texts run together."""

from hypothesis import given
from hypothesis import strategies as st

from embedding_service.encoder.batches import PAD_MULTIPLE, padded_length, plan_batches


@given(st.lists(st.integers(1, 300), max_size=80), st.integers(1, 2000), st.integers(1, 8))
def test_every_text_is_in_one_batch_and_no_batch_is_too_large(
    lengths: list[int], batch_tokens: int, streams: int
) -> None:
    batches = plan_batches(lengths, batch_tokens, streams)
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * padded_length(max(lengths[p] for p in batch)) <= batch_tokens


@given(st.lists(st.integers(1, 300), min_size=1, max_size=80))
def test_batches_go_from_long_to_short(lengths: list[int]) -> None:
    order = [lengths[position] for batch in plan_batches(lengths, 1024) for position in batch]
    assert order == sorted(lengths, reverse=True)


def test_little_work_is_shared_between_the_streams() -> None:
    assert [len(batch) for batch in plan_batches([100] * 4, 1024, streams=1)] == [4]
    assert [len(batch) for batch in plan_batches([100] * 4, 1024, streams=2)] == [2, 2]


def test_a_padded_length_is_the_next_multiple() -> None:
    assert [padded_length(n) for n in (1, PAD_MULTIPLE, PAD_MULTIPLE + 1)] == [8, 8, 16]
