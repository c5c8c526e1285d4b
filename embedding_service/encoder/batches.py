"""Which texts run together: batches of about equal length, so that little of a batch is padding."""

from collections.abc import Sequence

PAD_MULTIPLE = 8
"""Batches are padded to a multiple of this length. An engine keeps compiled kernels for each shape that it meets: with
every length from 1 to the limit, they would fill the memory and most batches would wait for new ones."""


def padded_length(tokens: int) -> int:
    """How long a text of that many tokens is in a batch of its own."""
    return -(-tokens // PAD_MULTIPLE) * PAD_MULTIPLE


def plan_batches(lengths: Sequence[int], batch_tokens: int, streams: int = 1) -> list[list[int]]:
    """Divides texts of these lengths (in tokens) into batches, the longest texts first.

    A batch has at most `batch_tokens` tokens with its padding, or a single text. If there is less work than that for
    each of `streams`, the batches are smaller, so that every stream has a share. Returns positions in `lengths`.
    """
    share = -(-sum(map(padded_length, lengths)) // streams)
    limit = min(batch_tokens, share)
    batches: list[list[int]] = []
    width = 0
    for position in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if batches and (len(batches[-1]) + 1) * width <= limit:
            batches[-1].append(position)
        else:
            batches.append([position])
            width = padded_length(lengths[position])
    return batches
