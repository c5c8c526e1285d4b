"""Builds the graph of a cross-encoder: BERT over a pair of texts, with a head that makes one score of it.

It is transformers' `BertForSequenceClassification` with one label, such as cross-encoder/ms-marco-MiniLM-L6-v2.
"""

from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from openvino import opset13 as op

from embedding_service.encoder.bert_graph import Weights, check_architecture, hidden_states, integers
from embedding_service.encoder.errors import ModelUnsuitable
from embedding_service.encoder.models import model_file

HEAD = "classifier.weight"


def build_cross_encoder(folder: Path, config: dict[str, Any], *, sigmoid: bool) -> ov.Model:
    """The graph: from ids, mask and token types, each (pairs, length) int32, to the scores, (pairs, 1) float32.

    `config` is the folder's config.json. Raises `ModelMissing`, or `ModelUnsuitable` where the model is none such.
    """
    check_architecture(folder.name, config)
    weights = Weights(model_file(folder, "model.safetensors"))
    if not weights.has(HEAD):
        raise ModelUnsuitable(
            f"the model in {folder} is no cross-encoder: it has no tensor {HEAD}. An embedding model gives a text a "
            "vector, and cannot score a pair of texts"
        )
    head = weights.array(HEAD)
    if head.shape != (1, config["hidden_size"]):
        raise ModelUnsuitable(
            f"the model in {folder} puts pairs of texts into {head.shape[0]} classes, and has no one score to rank by"
        )
    ids, mask, types = integers("input_ids"), integers("attention_mask"), integers("token_type_ids")
    states = hidden_states(weights, config, ids, mask, types)
    first = op.gather(states, op.constant(np.int32(0)), op.constant(np.int32(1)))
    pooled = op.matmul(first, weights.constant("pooler.dense.weight"), False, True)
    pooled = op.tanh(op.add(pooled, weights.constant("pooler.dense.bias")))
    score = op.matmul(pooled, weights.constant(HEAD), False, True)
    score = op.add(score, weights.constant("classifier.bias"))
    return ov.Model([op.sigmoid(score) if sigmoid else score], [ids, mask, types], folder.name)
