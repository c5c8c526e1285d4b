"""A query that is longer than the model reads: its windows, and whether their vector means what the query says."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.models import model_spec
from embedding_service.encoder.windows import OVERLAP_SHARE, plan_windows, pool

SAME = 0.9995
MOST_CHARACTERS = 8192
"""Of a query, for search."""
HARBOUR = "The harbour master keeps the tide tables in the blue cabinet beside the window. "
OVEN = "The baker heats the stone oven at four and shapes the loaves before dawn. "


@given(st.integers(min_value=0, max_value=9000), st.integers(min_value=2, max_value=600))
def test_windows_cover_a_text_in_its_order_and_overlap(tokens: int, room: int) -> None:
    windows = plan_windows(tokens, room)
    assert (windows[0].start, windows[-1].stop) == (0, tokens)
    sizes = [window.stop - window.start for window in windows]
    assert max(sizes) <= room
    assert max(sizes) - min(sizes) <= 1
    overlaps = [before.stop - window.start for before, window in pairwise(windows)]
    assert overlaps == [room // OVERLAP_SHARE] * (len(windows) - 1)
    assert (len(windows) == 1) == (tokens <= room)


def test_a_window_counts_by_its_tokens() -> None:
    vectors = np.array([[1, 0], [0, 1]], np.float32)
    np.testing.assert_allclose(pool(vectors, [3, 1], unit=False), [0.75, 0.25])
    np.testing.assert_allclose(pool(vectors, [3, 1], unit=True), np.array([3, 1]) / np.sqrt(10), rtol=1e-6)


def test_a_query_that_fits_is_read_as_any_text(encoder: Encoder) -> None:
    text = "word " * 254  # and the two special tokens
    vector, windows = encoder.encode_query(text)
    assert windows == 1
    np.testing.assert_array_equal(vector, encoder.encode([text])[0])
    assert encoder.encode_query("word " * 255).windows == 2


def test_the_vector_of_a_long_query_is_the_mean_of_its_windows(encoder: Encoder) -> None:
    words = [f"{word}" for word in ("harbour", "tide", "oven", "bread") for _ in range(100)]
    vector, windows = encoder.encode_query(" ".join(words))
    room = 254
    [first, second] = plan_windows(len(words), room)
    parts = encoder.encode([" ".join(words[first]), " ".join(words[second])])
    expected = parts[0] * (first.stop - first.start) + parts[1] * (second.stop - second.start)
    assert (windows, float(np.linalg.norm(vector))) == (2, pytest.approx(1, abs=1e-5))
    assert float(vector @ expected / np.linalg.norm(expected)) >= SAME


def test_all_of_a_long_query_counts_and_not_its_start_alone(encoder: Encoder) -> None:
    passages = encoder.encode([HARBOUR, OVEN])
    cut = encoder.encode([HARBOUR * 15 + OVEN * 60], truncate=True)[0]
    assert int((passages @ cut).argmax()) == 0
    vector, windows = encoder.encode_query(HARBOUR * 15 + OVEN * 60)
    assert windows > 3
    assert int((passages @ vector).argmax()) == 1
    assert float(passages[1] @ vector) > 0.5


@pytest.mark.parametrize("character", ["a ", "\u6f6e", "\U0001f30a", "\u00e9x", "\u200b"])
def test_the_longest_query_of_any_script_has_a_vector(encoder: Encoder, character: str) -> None:
    vector, windows = encoder.encode_query((character * MOST_CHARACTERS)[:MOST_CHARACTERS])
    assert vector.shape == (384,)
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5)
    assert 1 <= windows <= -(-MOST_CHARACTERS // 200)


def test_each_window_has_the_models_prompt_before_it(minilm_folder: Path, encoder: Encoder) -> None:
    spec = replace(model_spec("minilm"), query_prompt="query about boats : ")
    words = ["tide"] * 300 + ["oven"] * 100
    with Encoder(spec, model_dir=minilm_folder, threads=1) as prompted:
        vector, windows = prompted.encode_query(" ".join(words))
    [first, second] = plan_windows(len(words), 254 - 4)
    parts = encoder.encode([spec.query_prompt + " ".join(words[window]) for window in (first, second)])
    expected = parts[0] * (first.stop - first.start) + parts[1] * (second.stop - second.start)
    assert windows == 2
    assert float(vector @ expected / np.linalg.norm(expected)) >= SAME
