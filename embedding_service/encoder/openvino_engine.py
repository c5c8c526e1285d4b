"""Runs a BERT model with OpenVINO on the CPU."""

from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from embedding_service.encoder.batches import padded_length
from embedding_service.encoder.bert_graph import MatMul, build_bert, plain_matmul
from embedding_service.encoder.cores import available_cores
from embedding_service.encoder.cpu import compile_graph, compute_precision
from embedding_service.encoder.engine import Int8Loss, Vectors
from embedding_service.encoder.models import ModelSpec


class OpenVinoEngine:
    """A BERT model on the CPU, with pooling and normalisation in its graph."""

    name = "openvino"
    int8_loss: Int8Loss | None = None

    def __init__(
        self,
        spec: ModelSpec,
        folder: Path,
        precision: Literal["auto", "f32"] = "auto",
        threads: int | None = None,
        streams: int | None = None,
        int8_matmul: MatMul | None = None,
    ) -> None:
        """Loads and compiles the model.

        `threads` is how many cores it uses (default: all that the process may use), `streams` how many batches run at
        the same time on them (default: one a core, the best throughput; 1 takes less memory and is the quickest for a
        single text). `precision` `auto` is bf16 where the CPU computes in it, else f32. `int8_matmul` is for `int8`: it
        makes the products with weights.

        Raises `ModelMissing` or `ModelUnsuitable`.
        """
        self._streams = streams or threads or available_cores()
        hint = compute_precision(precision)
        self._precision = "int8" if int8_matmul else hint
        graph = build_bert(spec, folder, int8_matmul or plain_matmul)
        self._model = compile_graph(graph, hint, threads, self._streams)
        self._idle_requests: SimpleQueue[Any] = SimpleQueue()
        for _ in range(self._streams):
            self._idle_requests.put(self._model.create_infer_request())

    @property
    def precision(self) -> str:
        """`bf16`, `f32` or `int8`."""
        return self._precision

    @property
    def streams(self) -> int:
        """How many batches it runs at the same time."""
        return self._streams

    def run(self, token_ids: Sequence[Sequence[int]]) -> Vectors:
        """The vectors of the texts with these token ids (none empty), in their order. Thread-safe."""
        ids, mask = _pad(token_ids)
        request = self._idle_requests.get()
        try:
            request.infer({0: ids, 1: mask}, share_inputs=True)
            # The request's own memory is overwritten by its next batch.
            return Vectors(*(np.array(request.get_output_tensor(output).data) for output in (0, 1)))
        finally:
            self._idle_requests.put(request)


def _pad(token_ids: Sequence[Sequence[int]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Ids and attention mask of a batch, each (texts, length). What stands under a 0 of the mask has no effect."""
    shape = (len(token_ids), padded_length(max(map(len, token_ids))))
    ids, mask = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    for row, text in enumerate(token_ids):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return ids, mask
