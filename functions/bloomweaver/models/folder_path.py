"""The place of a document: a path such as `/guides/aws`, with `/` for the one that holds all others.

A folder is there as long as a document is in it, or below it. Names that differ in case are two folders; ones that
differ in how Unicode spells them alone are one.
"""

import unicodedata

ROOT = "/"
MAX_BYTES = 1024
"""Of a path in UTF-8: a partition key of DynamoDB has no more than twice as much."""
MAX_LEVELS = 32
_HIDDEN_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}
"""Control characters, lone surrogates, and separators of lines and paragraphs: no name can be read that has them."""


def canonical(path: str) -> str:
    """The path as it is kept, in NFC. Raises `ValueError` for what is none, and says why."""
    if not path.startswith("/"):
        raise ValueError("a folder begins with '/'")
    if path == ROOT:
        return ROOT
    names = path[1:].split("/")
    if "" in names:
        raise ValueError("a folder has no empty name: no '//', and no '/' at its end")
    if "." in names or ".." in names:
        raise ValueError("a folder has no name '.' or '..'")
    if any(unicodedata.category(character) in _HIDDEN_CATEGORIES for character in path):
        raise ValueError("a folder has no control characters")
    if len(names) > MAX_LEVELS:
        raise ValueError(f"a folder is at most {MAX_LEVELS} levels deep, and this one is {len(names)}")
    folder = unicodedata.normalize("NFC", path)
    size = len(folder.encode())
    if size > MAX_BYTES:
        raise ValueError(f"a folder is at most {MAX_BYTES} bytes long in UTF-8, and this one is {size}")
    return folder


def holders(folder: str) -> list[str]:
    """The folders that something in `folder` is below: all above it from the root on, and itself."""
    if folder == ROOT:
        return [ROOT]
    names = folder[1:].split("/")
    return [ROOT, *("/" + "/".join(names[:count]) for count in range(1, len(names) + 1))]


def parent(folder: str) -> str:
    """The folder that this one is in. The root has none, and is its own."""
    return folder.rpartition("/")[0] or ROOT


def name(folder: str) -> str:
    """What the folder is called in its parent. The root's is empty."""
    return folder.rpartition("/")[2]


def is_within(folder: str, other: str) -> bool:
    """Whether `folder` is `other`, or below it."""
    return other == ROOT or folder == other or folder.startswith(f"{other}/")


def moved(folder: str, source: str, target: str) -> str:
    """Where `folder`, which is within `source`, is once that is called `target`. Raises `ValueError` where that is no
    folder."""
    rest = folder if source == ROOT else folder.removeprefix(source)
    return canonical((target.rstrip("/") + rest).rstrip("/") or ROOT)
