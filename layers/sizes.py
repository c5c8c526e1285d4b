"""How large a function and its layers may be on Lambda, unzipped."""

from pathlib import Path

MIB = 1 << 20
LAMBDA_LIMIT = 250 * MIB
"""Of a function's package and all its layers. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
ROOM_FOR_ENCODER = LAMBDA_LIMIT - 34 * MIB
"""Search has the layer Packages and its own code besides the encoder: 29 MiB, and something for them to grow."""


def folder_bytes(folder: Path) -> int:
    """The bytes of all files in a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
