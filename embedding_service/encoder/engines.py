"""Which engine runs a model: its architecture decides, or a setting."""

import logging
from pathlib import Path

from embedding_service.encoder.engine import Engine, EngineName, Precision
from embedding_service.encoder.errors import ModelUnsuitable
from embedding_service.encoder.folder_facts import read_facts
from embedding_service.encoder.models import ModelSpec
from embedding_service.encoder.tokenizer import Tokenizer

OPENVINO_ARCHITECTURES = ("bert",)
OPENVINO_MODULES = frozenset({"Transformer", "Pooling", "Normalize"})
"""What the graph is built of. A model with any other module, such as a dense layer at its end, has other vectors."""

logger = logging.getLogger(__name__)


def choose_engine(folder: Path, engine: EngineName = "auto") -> EngineName:
    """The engine for the model in this folder: the one that is asked for, or by its architecture and modules.

    Raises `ModelMissing` or `ModelUnsuitable` if the folder does not tell, or the engine does not build such modules.
    """
    if engine == "sentence-transformers":
        return engine
    facts = read_facts(folder)
    others = sorted(set(facts.modules or ()) - OPENVINO_MODULES)
    if engine == "openvino" and others:
        raise ModelUnsuitable(
            f"the model in {folder} has modules that the openvino engine does not build ({', '.join(others)}); "
            "take the sentence-transformers engine"
        )
    if engine == "openvino" or (facts.architecture in OPENVINO_ARCHITECTURES and not others):
        return "openvino"
    return "sentence-transformers"


def load_engine(
    spec: ModelSpec,
    folder: Path,
    tokenizer: Tokenizer,
    engine: EngineName = "auto",
    precision: Precision = "auto",
    threads: int | None = None,
    streams: int | None = None,
) -> Engine:
    """Loads the model. What int8 loses is logged.

    Raises `ModelMissing`, `ModelUnsuitable` or `EngineMissing`.
    """
    # Each is imported where it is used: one is optional, and both take a good part of a start.
    if choose_engine(folder, engine) == "sentence-transformers":
        from embedding_service.encoder.sentence_transformers_engine import SentenceTransformersEngine

        return SentenceTransformersEngine(spec, folder, precision, threads, streams)

    from embedding_service.encoder.openvino_engine import OpenVinoEngine

    if precision != "int8":
        return OpenVinoEngine(spec, folder, precision, threads, streams)

    from embedding_service.encoder.int8 import load_int8

    loaded = load_int8(spec, folder, tokenizer, threads, streams)
    loss = loaded.int8_loss
    assert loss is not None
    fields = {"model": spec.name, "worst_cosine": loss.worst, "mean_cosine": loss.mean, "texts": loss.texts}
    logger.warning(
        "int8: the cosine to f32 is %.4f at worst and %.4f on average, over %d built-in texts",
        loss.worst,
        loss.mean,
        loss.texts,
        extra={"fields": fields},
    )
    return loaded
