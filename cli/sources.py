"""From files and folders to the bodies of webhook requests."""

import base64
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from bloomweaver.models import folder_path
from bloomweaver.models.origin import NAME

CONTENT_TYPES = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""By a file's suffix in lower case. Files with another suffix are skipped."""

ID_MAX_LENGTH = 128
PREFIX = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What an id may start with."""

_BINARY = {CONTENT_TYPES[".pdf"], CONTENT_TYPES[".docx"]}
_DIGEST_LENGTH = 16
_NOT_DOCUMENTS = (".", "~$")
"""How files are called that are hidden, and those that Word keeps beside one that is open."""
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_]+")


@dataclass(frozen=True)
class Source:
    """A file that becomes a document."""

    path: Path
    relative: PurePath
    """To the root that it was found under."""
    content_type: str
    doc_hash: str
    folder: str = folder_path.ROOT
    """Where the document goes."""
    language: str | None = None
    """A tag of BCP 47; without one the API finds out."""
    origin_name: str | None = None
    """The sync that it is of."""

    def described(self, sha256: str) -> dict[str, Any]:
        """The document as POST /documents/compare takes it: the digest of the file's bytes in the place of them."""
        return {**self.said(), "content_sha256": sha256}

    def body(self, data: bytes) -> dict[str, Any]:
        """The webhook body that carries the file's content `data` itself."""
        if self.content_type not in _BINARY:
            try:
                return self._body("content", data.decode())
            except UnicodeDecodeError:
                pass  # text in another encoding: the bytes travel as they are, and the API finds out which one
        return self._body("content_base64", base64.b64encode(data).decode())

    def body_by_reference(self, content_ref: str) -> dict[str, Any]:
        """The webhook body for a content that was uploaded."""
        return self._body("content_ref", content_ref)

    def _body(self, content_field: str, content: str) -> dict[str, Any]:
        # CREATE of a document that exists runs as an UPDATE, so the client need not know which it is.
        return {"operation": "CREATE", content_field: content, **self.said()}

    def said(self) -> dict[str, Any]:
        """What is said of the document, apart from its content."""
        said: dict[str, Any] = {
            "doc_hash": self.doc_hash,
            "content_type": self.content_type,
            "title": readable(self.relative.name),
            "metadata": {
                "path": readable(self.relative.as_posix()),
                "folder": readable(self.relative.parent.as_posix()),
                "suffix": readable(self.relative.suffix.lower()),
            },
            "folder": self.folder,
        }
        if self.language is not None:
            said["language"] = self.language
        if self.origin_name is not None:
            said["origin"] = {"name": self.origin_name, "path": readable(self.relative.as_posix())}
        return said


@dataclass(frozen=True)
class Unusable:
    """A file or folder that cannot be sent, and why."""

    path: Path
    reason: str


@dataclass
class Found:
    """What lies under the given paths."""

    sources: list[Source] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    """How many files were left out because of their suffix, by suffix."""
    unusable: list[Unusable] = field(default_factory=list)


def find(
    paths: Sequence[Path],
    prefix: str = "",
    language: str | None = None,
    into: str = folder_path.ROOT,
    *,
    origin_name: str | None = None,
) -> Found:
    """The documents among `paths`, all in that language: files, and folders with all below them, in a fixed order.

    A document goes into the folder that its file is in, below the folder `into`. With `origin_name` it is of that sync.

    Hidden files and folders below a given folder are left out, as are linked folders.
    """
    found = Found()
    seen: set[str] = set()
    owners: dict[str, Path] = {}
    for given in paths:
        for path, relative in _files(given, found.unusable):
            absolute = os.path.abspath(path)  # noqa: PTH100 - a link is a document of its own, so it is not resolved
            if absolute in seen:
                continue
            seen.add(absolute)
            content_type = CONTENT_TYPES.get(path.suffix.lower())
            if content_type is None or not path.is_file():
                found.skipped[path.suffix.lower() or "no suffix"] += 1
                continue
            doc_hash = document_id(relative, prefix)
            owner = owners.setdefault(doc_hash, path)
            if owner is not path:
                reason = f"has the same id as {owner}; ingest the two folders apart, each with its own --prefix"
                found.unusable.append(Unusable(path, reason))
                continue
            try:
                folder = folder_of(relative, into)
            except ValueError as error:
                found.unusable.append(Unusable(path, f"cannot have the folder that it is in: {error}"))
                continue
            found.sources.append(Source(path, relative, content_type, doc_hash, folder, language, origin_name))
    return found


def document_id(relative: PurePath, prefix: str = "") -> str:
    """The id of the file at `relative`: readable, unique, and the same each time.

    `prefix`, then the path with everything but letters, digits and underscores as hyphens, then a digest of both, since
    different paths may read the same.
    """
    exact = os.fsencode(relative.as_posix())
    digest = hashlib.sha256(prefix.encode() + b"\0" + exact).hexdigest()[:_DIGEST_LENGTH]
    start = f"{prefix}-" if prefix else ""
    room = ID_MAX_LENGTH - len(start) - len(digest) - 1
    # The end of a path says more than its start.
    readable = _NOT_IN_AN_ID.sub("-", relative.as_posix()).strip("-")[-room:].strip("-")
    return f"{start}{readable}-{digest}" if readable else f"{start}{digest}"


def folder_of(relative: PurePath, into: str = folder_path.ROOT) -> str:
    """The folder of the file at `relative`, below the folder `into`. Raises `ValueError` for one that may not be."""
    names = readable(relative.parent.as_posix())
    return folder_path.moved(folder_path.ROOT if names == "." else f"/{names}", folder_path.ROOT, into)


def _files(given: Path, unusable: list[Unusable]) -> Iterator[tuple[Path, PurePath]]:
    if not given.is_dir():
        yield given, PurePath(given.name)
        return

    def note(error: OSError) -> None:
        unusable.append(Unusable(Path(error.filename), f"cannot be read: {error.strerror}"))

    for folder, folders, names in os.walk(given, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(_NOT_DOCUMENTS):
                path = Path(folder, name)
                yield path, path.relative_to(given)


def is_sync_name(name: str) -> bool:
    """Whether a sync may be called so."""
    return re.fullmatch(NAME, name) is not None


def as_sync_name(name: str) -> str:
    """What a sync of a folder of that name is called."""
    return _NOT_IN_AN_ID.sub("-", name).strip("-")[:64].strip("-") or "folder"


def readable(text: str) -> str:
    """`text` without the bytes that a file's name may hold and JSON may not."""
    return os.fsencode(text).decode(errors="replace")
