"""Exports the model for those that cannot read its weights: `python -m benchmarks.embedding.exports FOLDER`.

Writes FOLDER/onnx/model.onnx for fastembed and FOLDER/openvino for the OpenVINO backend of sentence-transformers, so
that neither export counts as time to start. Runs in the peers' environment.
"""

import sys
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from transformers import AutoModel

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "last_hidden_state"


class _HiddenState(torch.nn.Module):  # type: ignore[misc]
    """The model with the one output that pooling needs."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._model = model

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
        answer = self._model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return answer[OUTPUT]


def export_onnx(folder: Path) -> None:
    """Writes `onnx/model.onnx`, with both axes of the inputs free."""
    # The plain attention, whose shape in the graph ONNX Runtime knows how to fuse.
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    ids = torch.ones(2, 16, dtype=torch.long)
    texts, tokens = torch.export.Dim("texts"), torch.export.Dim("tokens", max=model.config.max_position_embeddings)
    (folder / "onnx").mkdir()
    torch.onnx.export(
        _HiddenState(model),
        # Three tensors: the same one three times would become a single input.
        (ids, ids.clone(), torch.zeros_like(ids)),
        folder / "onnx" / "model.onnx",
        input_names=list(INPUTS),
        output_names=[OUTPUT],
        dynamic_shapes={name: {0: texts, 1: tokens} for name in INPUTS},
        dynamo=True,
        external_data=False,
    )


def export_openvino(folder: Path) -> None:
    """Writes `openvino/openvino_model.xml` and its weights."""
    model = SentenceTransformer(str(folder), device="cpu", backend="openvino", model_kwargs={"export": True})
    model[0].auto_model.save_pretrained(folder / "openvino")


if __name__ == "__main__":
    export_onnx(Path(sys.argv[1]))
    export_openvino(Path(sys.argv[1]))
