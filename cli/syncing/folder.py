"""The files of a folder that are to be documents, with the digests of their contents."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bloomweaver.models import folder_path
from cli.sources import Source, Unusable, find, readable
from cli.syncing.plan import LocalFile

PATH_MAX_CHARACTERS = 1024
"""Of a path in a document's origin."""


@dataclass
class LocalFolder:
    """What there is in the folder."""

    files: list[LocalFile] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Paths of files and folders below it that could not be looked at; empty for the folder itself."""
    refused: list[Unusable] = field(default_factory=list)


class FolderReader:
    """Reads a folder again and again. A file that has the size and the time of change of before is not read anew."""

    def __init__(self, root: Path, name: str, language: str | None, into: str = folder_path.ROOT) -> None:
        self._root = root
        self._name = name
        self._language = language
        self._into = into
        self._digests: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def read(self) -> LocalFolder:
        """The folder as it is now. One that is not there, as of a disk that went, is not an empty one."""
        if not self._root.is_dir():
            return LocalFolder(unread=[""], refused=[Unusable(self._root, "is not there")])
        found = find([self._root], self._name, self._language, self._into, origin_name=self._name)
        folder = LocalFolder(refused=list(found.unusable))
        folder.unread = [self._below(entry.path) for entry in found.unusable]
        known: set[str] = set()
        for source in found.sources:
            path = readable(source.relative.as_posix())
            if path in known or len(path) > PATH_MAX_CHARACTERS:
                reason = "reads the same as another one" if path in known else "has too long a path"
                folder.refused.append(Unusable(source.path, reason))
                continue
            known.add(path)
            try:
                folder.files.append(LocalFile(source, path, self._digest(source)))
            except FileNotFoundError:
                continue  # it went between the look into its folder and now
            except OSError as error:
                folder.refused.append(Unusable(source.path, f"cannot be read: {error.strerror}"))
                folder.unread.append(path)
        self._forget_others([file.source for file in folder.files])
        return folder

    def _digest(self, source: Source) -> str:
        stat = source.path.stat()
        mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        before = self._digests.get(source.path)
        if before is not None and before[0] == mark:
            return before[1]
        with source.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._digests[source.path] = (mark, digest)
        return digest

    def _forget_others(self, sources: Sequence[Source]) -> None:
        there = {source.path for source in sources}
        self._digests = {path: digest for path, digest in self._digests.items() if path in there}

    def _below(self, path: Path) -> str:
        relative = os.path.relpath(path, self._root)
        return "" if relative == "." else readable(Path(relative).as_posix())
