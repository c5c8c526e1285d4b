"""The files of a model that are in no folder of this machine: they lie in the stack's bucket of models, under its name.

On AWS a layer carries the files of the deployment's model. It has no room for those of another one, which search needs
while documents move between two, or to rerank with.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bloomweaver.ports import Objects
from embedding_service.encoder.models import MODEL_FILES, MODEL_FILES_OPTIONAL


@contextmanager
def from_bucket(stored: Objects, model: str) -> Iterator[Path | None]:
    """A folder with the files of `model` while the block runs; none if the bucket has none of them. Raises what the
    bucket raises."""
    names = {f"{model}/{name}": name for name in (*MODEL_FILES, *MODEL_FILES_OPTIONAL)}
    found = stored.get_many(list(names))
    if not found:
        yield None
        return
    # What is loaded is in memory: the files are of no use after that.
    with TemporaryDirectory() as folder:
        for key, data in found.items():
            path = Path(folder) / names[key]
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        yield Path(folder)
