"""Runs a model of any architecture with sentence-transformers on torch. Optional: its packages are in
embedding_service/requirements-sentence-transformers.txt, and are imported here only when such a model is loaded."""

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from threading import Semaphore
from typing import Any

import numpy as np

from embedding_service.encoder.cores import available_cores
from embedding_service.encoder.engine import Matrix, Precision, Vectors
from embedding_service.encoder.errors import EngineMissing, ModelUnsuitable
from embedding_service.encoder.models import ModelSpec
from embedding_service.encoder.token_ids import prompt_tokens

REQUIREMENTS = "embedding_service/requirements-sentence-transformers.txt"


class SentenceTransformersEngine:
    """A model on the CPU, all its modules included."""

    name = "sentence-transformers"
    int8_loss = None

    def __init__(
        self,
        spec: ModelSpec,
        folder: Path,
        precision: Precision = "auto",
        threads: int | None = None,
        streams: int | None = None,
    ) -> None:
        """Loads the model from its folder; nothing is downloaded, and no code of the model's is run.

        `threads` and `streams` are as in `OpenVinoEngine`. torch has one number of threads for the whole process.

        Raises `EngineMissing`, or `ModelUnsuitable` for a model that is not what `spec` says, or for int8.
        """
        if precision == "int8":
            raise ModelUnsuitable(
                f"the model {spec.name} runs on sentence-transformers, which has no int8 here: use auto or f32"
            )
        # The library would look for its hub otherwise.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            import sentence_transformers
            import torch
            import transformers
        except ImportError as error:
            raise EngineMissing(
                f"the model {spec.name} needs the engine sentence-transformers, and {error.name} is not installed: "
                f"run 'pip install -r {REQUIREMENTS}'"
            ) from error
        # A bar in a service's log helps nobody.
        transformers.utils.logging.disable_progress_bar()
        self._torch = torch
        self._streams = streams or threads or available_cores()
        torch.set_num_threads(max(1, (threads or available_cores()) // self._streams))
        has_bf16 = torch.backends.cpu.get_cpu_capability() == "AVX512" and torch.ops.mkldnn._is_mkldnn_bf16_supported()
        self._precision = "bf16" if precision == "auto" and has_bf16 else "f32"
        try:
            self._modules = self._load(sentence_transformers, spec, folder)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelUnsuitable(f"sentence-transformers cannot load {folder}: {error}") from error
        self._pad_token = self._modules[0].tokenizer.pad_token_id or 0
        self._free = Semaphore(self._streams)
        dimension = self.run([[self._pad_token]]).pooled.shape[1]
        if dimension != spec.dimension:
            raise ModelUnsuitable(
                f"the vectors of {folder} have {dimension} numbers, not the {spec.dimension} of the model {spec.name}"
            )

    @property
    def precision(self) -> str:
        """`bf16` or `f32`."""
        return self._precision

    @property
    def streams(self) -> int:
        """How many batches it runs at the same time."""
        return self._streams

    def run(self, token_ids: Sequence[Sequence[int]]) -> Vectors:
        """The vectors of the texts with these token ids (none empty), in their order. Thread-safe.

        What `token_ids.PromptedIds` says to be a prompt is not pooled, if the model is one that leaves prompts out.
        """
        pooled: Matrix | None = None
        alike: dict[int, list[int]] = defaultdict(list)
        for position, ids in enumerate(token_ids):
            alike[prompt_tokens(ids)].append(position)
        for prompt, positions in alike.items():
            part = self._forward([token_ids[position] for position in positions], prompt)
            if pooled is None:
                pooled = np.empty((len(token_ids), part.shape[1]), np.float32)
            pooled[positions] = part
        assert pooled is not None
        lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
        return Vectors(pooled, pooled / np.maximum(lengths, 1e-12))

    def _forward(self, token_ids: Sequence[Sequence[int]], prompt: int) -> Matrix:
        torch = self._torch
        length = max(map(len, token_ids))
        ids = torch.full((len(token_ids), length), self._pad_token)
        mask = torch.zeros((len(token_ids), length), dtype=torch.int64)
        for row, text in enumerate(token_ids):
            ids[row, : len(text)] = torch.tensor(text)
            mask[row, : len(text)] = 1
        features: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, "prompt_length": prompt}
        bf16 = torch.autocast("cpu", torch.bfloat16, enabled=self._precision == "bf16")
        with self._free, torch.inference_mode(), bf16:
            for module in self._modules:
                features = module(features)
        pooled: Matrix = features["sentence_embedding"].float().numpy()
        return pooled

    def _load(self, library: Any, spec: ModelSpec, folder: Path) -> list[Any]:
        """The model's modules, without the one that makes each vector's length 1."""
        modules = library.sentence_transformer.modules
        if (folder / "modules.json").is_file():
            model = library.SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        else:
            transformer = modules.Transformer(str(folder))
            pooling = modules.Pooling(transformer.get_embedding_dimension(), spec.pooling)
            model = library.SentenceTransformer(modules=[transformer, pooling], device="cpu")
        model.set_pooling_include_prompt(spec.pool_prompt)
        model.eval()
        return [module for module in model if not isinstance(module, modules.Normalize)]
