"""A cross-encoder: reads a query together with a text, and gives the pair a score.

The same scores as sentence-transformers' `CrossEncoder` gives, on OpenVINO: the same special tokens and token types,
the longer of the two cut where a pair is too long, and the same function over the head.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import tokenizers
from numpy.typing import NDArray

from embedding_service.encoder.batches import padded_length, plan_batches
from embedding_service.encoder.cpu import compile_graph, compute_precision
from embedding_service.encoder.cross_encoder_graph import build_cross_encoder
from embedding_service.encoder.engine import Matrix
from embedding_service.encoder.errors import ModelUnsuitable
from embedding_service.encoder.folder_facts import read_facts, read_json
from embedding_service.encoder.models import model_file

BATCH_TOKENS = 1024
"""How many tokens run together: a few pairs, so that who counts the time looks at it often."""

_ACTIVATIONS = {"Identity": False, "Sigmoid": True}
"""What may lie over the head, and whether it is the sigmoid."""


class Scored(NamedTuple):
    """Some of the texts by their places, and the score of each."""

    places: list[int]
    scores: Matrix


class CrossEncoder:
    """A model that is loaded. One call of `score` at a time."""

    def __init__(self, folder: Path, *, precision: Literal["auto", "f32"] = "auto", threads: int | None = None) -> None:
        """Loads the model in `folder`: config.json, model.safetensors, tokenizer.json and, where it has one,
        tokenizer_config.json. `threads` is how many cores it uses (default: all that the process may use).

        Raises `ModelMissing`, or `ModelUnsuitable` if the model is no cross-encoder of the BERT family with one label.
        """
        facts = read_facts(folder)
        if others := sorted(set(facts.modules or ()) - {"Transformer"}):
            raise ModelUnsuitable(
                f"the model in {folder} is no cross-encoder of the kind that is built here: it has the modules "
                f"{', '.join(others)}"
            )
        if facts.default_prompt:
            raise ModelUnsuitable(f"the model in {folder} has a prompt before its texts, which is not built here")
        limit = min((limit for limit in (facts.max_tokens, facts.positions) if limit), default=None)
        if limit is None:
            raise ModelUnsuitable(f"the folder {folder} does not say how many tokens the model reads")
        config: dict[str, Any] = read_json(model_file(folder, "config.json"))
        graph = build_cross_encoder(folder, config, sigmoid=_has_sigmoid(folder, config))
        self.max_tokens = limit
        """How many tokens of a pair the model reads, its special tokens included."""
        self._tokenizer = tokenizers.Tokenizer.from_file(str(model_file(folder, "tokenizer.json")))
        self._has_token_types = _has_token_types(folder)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(limit, strategy="longest_first")
        self._request = compile_graph(graph, compute_precision(precision), threads, streams=1).create_infer_request()

    def score(self, query: str, texts: Sequence[str]) -> Iterator[Scored]:
        """The scores of all texts, a batch of texts at a time, the longest first: higher is better."""
        pairs = self._tokenizer.encode_batch([(query, text) for text in texts])
        for places in plan_batches([len(pair) for pair in pairs], BATCH_TOKENS):
            yield Scored(places, self._run([pairs[place] for place in places]))

    def _run(self, pairs: Sequence[tokenizers.Encoding]) -> Matrix:
        shape = (len(pairs), padded_length(max(map(len, pairs))))
        ids, mask, types = (np.zeros(shape, np.int32) for _ in range(3))
        for row, pair in enumerate(pairs):
            ids[row, : len(pair)] = pair.ids
            mask[row, : len(pair)] = 1
            if self._has_token_types:
                types[row, : len(pair)] = pair.type_ids
        self._request.infer({0: ids, 1: mask, 2: types}, share_inputs=True)
        scores: NDArray[np.float32] = self._request.get_output_tensor(0).data
        # The request's own memory is overwritten by its next batch.
        return np.array(scores[:, 0])


def _has_token_types(folder: Path) -> bool:
    """Whether the model is told which tokens are the text's: its tokenizer says so, or is BERT's own.

    In transformers 5 no other tokenizer tells it.
    """
    path = folder / "tokenizer_config.json"
    tokenizer: dict[str, Any] = read_json(path) if path.is_file() else {}
    if named := tokenizer.get("model_input_names"):
        return "token_type_ids" in named
    return str(tokenizer.get("tokenizer_class", "Bert")).startswith("Bert")


def _has_sigmoid(folder: Path, config: dict[str, Any]) -> bool:
    """Whether the scores go through the sigmoid: as the model's files say, in the form of any release of
    sentence-transformers, and if they do not say, they do."""
    usage = folder / "config_sentence_transformers.json"
    places = (
        read_json(usage) if usage.is_file() else {},
        config.get("sentence_transformers") or {},
        {"activation_fn": config.get("sbert_ce_default_activation_function")},
    )
    named = next((place["activation_fn"] for place in places if place.get("activation_fn")), "Sigmoid")
    activation = str(named).rpartition(".")[2]
    if activation not in _ACTIVATIONS:
        raise ModelUnsuitable(
            f"the model in {folder} has the function {named} over its head, which is not built here "
            f"(there are {' and '.join(_ACTIVATIONS)})"
        )
    return _ACTIVATIONS[activation]
