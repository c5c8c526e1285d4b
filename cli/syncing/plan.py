"""What has to be done so that documents are what a folder is. Nothing here reads a file or asks the API.

A document belongs to a file by the file's path, which it carries (`origin.path`). A file of a new path with the content
of a document whose file is gone is that document, renamed: it keeps its id, and its passages are not embedded again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bloomweaver.documents.acceptance import FAILED
from bloomweaver.models.chunk import Metadata
from cli.answers import Document
from cli.sources import ID_MAX_LENGTH, Source


@dataclass(frozen=True)
class LocalFile:
    """A file that is to be a document."""

    source: Source
    path: str
    """Below the folder, as the document's origin has it."""
    sha256: str
    """Of its bytes, in hexadecimal digits."""


@dataclass(frozen=True)
class KnownDocument:
    """A document of the sync, as the API has it."""

    doc_hash: str
    path: str
    sha256: str | None
    content_type: str | None
    title: str | None
    metadata: Metadata
    folder: str
    language: str | None
    failed: bool = False
    """Whether what was sent last failed: sent again, it runs again."""

    @classmethod
    def of(cls, document: Document) -> "KnownDocument":
        """A document that has an origin."""
        assert document.origin is not None
        return cls(
            doc_hash=document.doc_hash,
            path=document.origin.path,
            sha256=document.content_sha256,
            content_type=document.content_type,
            title=document.title,
            metadata=dict(document.metadata),
            folder=document.folder,
            language=document.language,
            failed=document.status in FAILED,
        )

    @classmethod
    def sent(cls, file: LocalFile) -> "KnownDocument":
        """The document that a file was sent as, or edited to."""
        said = file.source.said()
        return cls(
            doc_hash=file.source.doc_hash,
            path=file.path,
            sha256=file.sha256,
            content_type=file.source.content_type,
            title=said["title"],
            metadata=said["metadata"],
            folder=said["folder"],
            language=said.get("language"),
        )


@dataclass(frozen=True)
class Edited:
    """A document whose content is that of its file, and something that is said of it is not."""

    file: LocalFile
    changes: Mapping[str, Any]
    """For PATCH."""
    renamed_from: str | None
    """The path before; none if the path is the same."""


@dataclass
class Plan:
    """What has to be done."""

    new: list[LocalFile] = field(default_factory=list)
    changed: list[LocalFile] = field(default_factory=list)
    """With another content, or that failed."""
    edited: list[Edited] = field(default_factory=list)
    gone: list[KnownDocument] = field(default_factory=list)
    unchanged: int = 0
    unknown: int = 0
    """Documents of which it cannot be told: their files could not be looked at. They stay as they are."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.new or self.changed or self.edited or self.gone)

    def counts(self) -> dict[str, int]:
        """How many documents of each kind."""
        renamed = sum(each.renamed_from is not None for each in self.edited)
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "renamed": renamed,
            "edited": len(self.edited) - renamed,
            "gone": len(self.gone),
            "unchanged": self.unchanged,
            "unknown": self.unknown,
        }


def make_plan(files: Sequence[LocalFile], known: Iterable[KnownDocument], unread: Collection[str] = ()) -> Plan:
    """What has to be done so that the `known` documents of a sync are the `files` of its folder.

    `unread` are paths of files and folders that could not be looked at: of what is there, or below, nothing is known.
    """
    documents = list(known)
    by_path = {document.path: document for document in documents}
    plan = Plan()
    found: list[tuple[LocalFile, KnownDocument]] = []
    without: list[LocalFile] = []
    for file in files:
        if (document := by_path.pop(file.path, None)) is not None:
            found.append((file, document))
        else:
            without.append(file)
    left = [document for document in by_path.values() if not _is_under(document.path, unread)]
    plan.unknown = len(by_path) - len(left)
    renamed, left = _renamed(without, left)
    found += renamed
    paths_of_renamed = {file.path for file, _ in renamed}
    taken = {document.doc_hash for document in documents}
    for file in without:
        if file.path not in paths_of_renamed:
            plan.new.append(_with_id(file, _free_id(file.source.doc_hash, taken)))
            taken.add(plan.new[-1].source.doc_hash)
    for file, document in found:
        _compare(plan, _with_id(file, document.doc_hash), document)
    plan.gone = sorted(left, key=lambda document: document.path)
    return plan


def _compare(plan: Plan, file: LocalFile, document: KnownDocument) -> None:
    wanted = KnownDocument.sent(file)
    if document.failed or (wanted.sha256, wanted.content_type) != (document.sha256, document.content_type):
        plan.changed.append(file)
        return
    changes = _changes(wanted, document)
    if changes:
        if "path" in changes:
            changes["origin"] = {"name": file.source.origin_name, "path": changes.pop("path")}
        plan.edited.append(Edited(file, changes, document.path if document.path != file.path else None))
    else:
        plan.unchanged += 1


def _changes(wanted: KnownDocument, document: KnownDocument) -> dict[str, Any]:
    """A merge patch that makes the document what is wanted, but for the path, which is there as it is."""
    names = ("title", "folder", "language", "path")
    changes = {name: value for name in names if (value := getattr(wanted, name)) != getattr(document, name)}
    entries: dict[str, Any] = {
        key: value
        for key, value in wanted.metadata.items()
        if key not in document.metadata or not _same_value(value, document.metadata[key])
    }
    entries |= {key: None for key in document.metadata if key not in wanted.metadata}
    return changes | ({"metadata": entries} if entries else {})


def _same_value(one: object, other: object) -> bool:
    # In Python 1 == True == 1.0.
    return type(one) is type(other) and one == other


def _renamed(
    files: Sequence[LocalFile], documents: Sequence[KnownDocument]
) -> tuple[list[tuple[LocalFile, KnownDocument]], list[KnownDocument]]:
    """Files with the documents that they are by their content, and the documents that are left.

    Of several with the same content those go together that have the same name, then in the order of their paths.
    """
    by_content: defaultdict[tuple[str | None, str | None], list[KnownDocument]] = defaultdict(list)
    for document in sorted(documents, key=lambda each: each.path):
        by_content[document.sha256, document.content_type].append(document)
    found: dict[str, KnownDocument] = {}
    ordered = sorted(files, key=lambda each: each.path)
    for same_name in (True, False):
        for file in ordered:
            there = by_content[file.sha256, file.source.content_type]
            fits = [each for each in there if not same_name or _name(each.path) == _name(file.path)]
            if file.path not in found and fits:
                found[file.path] = fits[0]
                there.remove(fits[0])
    taken = {document.doc_hash for document in found.values()}
    pairs = [(file, found[file.path]) for file in ordered if file.path in found]
    return pairs, [document for document in documents if document.doc_hash not in taken]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _is_under(path: str, unread: Collection[str]) -> bool:
    return any(path == each or each == "" or path.startswith(f"{each}/") for each in unread)


def _with_id(file: LocalFile, doc_hash: str) -> LocalFile:
    return replace(file, source=replace(file.source, doc_hash=doc_hash))


def _free_id(wanted: str, taken: Collection[str]) -> str:
    """The id, or where a renamed document has it the first one with a number behind that is free."""
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted[: ID_MAX_LENGTH - len(str(number)) - 1]}-{number}"
    return free
