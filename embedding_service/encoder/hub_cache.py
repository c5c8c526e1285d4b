"""Finds a model that lies in the Hugging Face hub's cache on this machine already. Nothing is downloaded.

The cache's layout: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
"""

import os
from pathlib import Path

from embedding_service.encoder.errors import ModelMissing


def hub_cache() -> Path:
    """The cache's folder, as HF_HUB_CACHE, HF_HOME or XDG_CACHE_HOME set it."""
    named = os.environ.get("HF_HUB_CACHE")
    if named:
        return Path(named).expanduser()
    home = os.environ.get("HF_HOME")
    if home:
        return Path(home).expanduser() / "hub"
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "huggingface" / "hub"


def cached_snapshot(model_id: str) -> Path | None:
    """The folder of the model's files in the cache: of its branch `main`, or else of the only revision that is there.

    None if the cache does not have the model. Raises `ModelMissing` if it has several revisions and none is `main`.
    """
    folder = hub_cache() / f"models--{model_id.replace('/', '--')}"
    main = folder / "refs" / "main"
    if main.is_file():
        snapshot = folder / "snapshots" / main.read_text().strip()
        if snapshot.is_dir():
            return snapshot
    snapshots = sorted(folder.glob("snapshots/*/"))
    if len(snapshots) > 1:
        raise ModelMissing(
            f"{folder} has {len(snapshots)} revisions of {model_id} and none is its branch main: "
            "name the folder of one of them"
        )
    return snapshots[0] if snapshots else None
