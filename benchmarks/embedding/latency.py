"""Short queries, one round: what HTTP costs them, and what many clients and bulk cost each other."""

from pathlib import Path

from benchmarks.embedding.model_folder import MODEL
from benchmarks.embedding_latency import measure_lanes, measure_single, of_lanes, of_single
from benchmarks.embedding_process import embedding_process
from benchmarks.figures import Figure
from embedding_service.encoder.encoder import Encoder


def latency_round(folder: Path) -> list[Figure]:
    """The figures of one round, with a service and an encoder of their own. Raises `RunError`."""
    with embedding_process(model=MODEL, model_dir=folder) as service, Encoder(MODEL, model_dir=folder) as encoder:
        encoder.warm_up()
        return [*of_single([measure_single(service, encoder)]), *of_lanes([measure_lanes(service)])]
