"""S3's objects: contents in files, all else in the state file, and neither in memory.

MiniStack keeps a record of every object in memory, writes it beside the content in a file of its own, and reads all of
these when it starts. Here a content goes to a new file, and then one row names it: whoever dies between the two leaves
the object as it was. A list reads the keys of its page. It relies on functions of exactly the version in the
requirements.
"""

import json
import os
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

from local.emulator.state_file import StateFile

Json = dict[str, Any]
IN_HAND = 512
"""Objects whose record is kept for a moment: MiniStack changes records in place, and asks for the same one again."""
CONTENTS = ".contents"
"""The folder of contents, beside the folders that an emulator before this file wrote."""


class _Rows:
    """Records and versions of objects, in the file and for a moment in memory."""

    def __init__(self, file: StateFile, folder: Path) -> None:
        self.file = file
        self.folder = folder
        self._in_hand: OrderedDict[tuple[str, str, str], Json] = OrderedDict()

    def get(self, account: str, bucket: str, key: str) -> Json | None:
        """What is known of a key: `file`, `record`, `versions` and `extra`, each of which may be none."""
        place = (account, bucket, key)
        with self.file.lock:
            if (found := self._in_hand.get(place)) is not None:
                self._in_hand.move_to_end(place)
                return found
            row = self.file.row(
                "SELECT file, record, versions, extra FROM objects WHERE account = ? AND bucket = ? AND key = ?", place
            )
            if row is None:
                return None
            names = ("record", "versions", "extra")
            read = {name: json.loads(text) if text else None for name, text in zip(names, row[1:], strict=True)}
            return self._keep(place, {"file": row[0], **read})

    def new(self, account: str, bucket: str, key: str) -> Json:
        """The same, and one to be filled where nothing is known. It is stored by `store`."""
        found = self.get(account, bucket, key)
        empty = {"file": None, "record": None, "versions": None, "extra": None}
        return found if found is not None else self._keep((account, bucket, key), empty)

    def store(self, account: str, bucket: str, key: str, entry: Json, *, hidden: bool = False) -> None:
        """Bring what is known of this key to the file; a key of which nothing is left is forgotten.

        With `hidden` the file has no current object for it any more, though MiniStack still has.
        """
        place = (account, bucket, key)
        with self.file.lock:
            self._keep(place, entry)
            if entry["record"] is None and not entry["versions"]:
                self._in_hand.pop(place)
                self.file.execute("DELETE FROM objects WHERE account = ? AND bucket = ? AND key = ?", place)
            else:
                shown = {} if hidden else entry["record"] or {}
                record = {name: value for name, value in shown.items() if name != "body"}
                versions = [{n: v for n, v in version.items() if n != "data"} for version in entry["versions"] or []]
                texts = (json.dumps(part) if part else None for part in (record, versions, entry["extra"]))
                self.file.execute(
                    "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?)", (*place, entry["file"], *texts)
                )
            for path in entry.pop("gone", ()):
                path.unlink(missing_ok=True)

    def drop_version(self, account: str, bucket: str, key: str, path: Path) -> None:
        """Remove a version's file once no row names the version any more."""
        self.new(account, bucket, key).setdefault("gone", []).append(path)

    def drop_content(self, entry: Json) -> None:
        """Remove the content's file. No row that matters names it any more."""
        if entry["file"]:
            (self.folder / entry["file"]).unlink(missing_ok=True)
            entry["file"] = None

    def keys(self, account: str, bucket: str, prefix: str = "", after: str = "", most: int = -1) -> list[str]:
        """Keys of current objects, sorted, that begin with `prefix` and come after `after`."""
        query = """SELECT key FROM objects WHERE account = ? AND bucket = ? AND key > ? AND key >= ?
            AND substr(key, 1, ?) = ? AND record IS NOT NULL AND key < ? ORDER BY key LIMIT ?"""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix and ord(prefix[-1]) < 0xD000 else chr(0x10FFFF)
        values = (account, bucket, after, prefix, len(prefix), prefix, end, most)
        return [key for (key,) in self.file.rows(query, values)]

    def _keep(self, place: tuple[str, str, str], entry: Json) -> Json:
        with self.file.lock:
            self._in_hand[place] = entry
            while len(self._in_hand) > IN_HAND:
                # Never one that is being written: it was asked for a moment ago.
                self._in_hand.popitem(last=False)
        return entry


class BucketObjects(MutableMapping[str, Json]):
    """The current objects of a bucket. It is what MiniStack has as `bucket["objects"]`."""

    def __init__(self, rows: _Rows, account: str, bucket: str) -> None:
        self._rows = rows
        self._place = (account, bucket)

    def __getitem__(self, key: str) -> Json:
        entry = self._rows.get(*self._place, key)
        if entry is None or entry["record"] is None:
            raise KeyError(key)
        record: Json = entry["record"]
        return record

    def __setitem__(self, key: str, record: Json) -> None:
        # On disk once MiniStack persists it, which it does before it answers.
        self._rows.new(*self._place, key)["record"] = record

    def __delitem__(self, key: str) -> None:
        entry = self._rows.get(*self._place, key)
        if entry is None or entry["record"] is None:
            raise KeyError(key)
        entry["record"] = None
        self._rows.store(*self._place, key, entry)
        self._rows.drop_content(entry)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows.keys(*self._place))

    def __len__(self) -> int:
        return len(self._rows.keys(*self._place))

    def __bool__(self) -> bool:
        return bool(self._rows.keys(*self._place, most=1))

    def page(self, prefix: str, after: str, most: int) -> dict[str, None]:
        """The keys of a page of a list, and one more."""
        return dict.fromkeys(self._rows.keys(*self._place, prefix, after, most + 1))


def _versions_of(rows: _Rows, base: type) -> Any:
    class Versions(base):  # type: ignore[misc]
        """MiniStack's versions by bucket and key: lists, which it changes in place and then persists."""

        __slots__ = ()

        def get(self, place: tuple[str, str], default: Any = None) -> Any:
            entry = rows.get(_account(), *place)
            return default if entry is None or entry["versions"] is None else entry["versions"]

        def setdefault(self, place: tuple[str, str], default: Any = None) -> Any:
            entry = rows.new(_account(), *place)
            if entry["versions"] is None:
                entry["versions"] = default
            return entry["versions"]

        def pop(self, place: tuple[str, str], *default: Any) -> Any:
            entry = rows.get(_account(), *place)
            if entry is None or entry["versions"] is None:
                return default[0]
            found, entry["versions"] = entry["versions"], None
            return found

        def __iter__(self) -> Iterator[tuple[str, str]]:
            query = "SELECT bucket, key FROM objects WHERE account = ? AND versions IS NOT NULL"
            return iter([(bucket, key) for bucket, key in rows.file.rows(query, (_account(),))])

        def items(self) -> list[tuple[tuple[str, str], Any]]:
            return [(place, self.get(place)) for place in self]

    return Versions()


def _account() -> str:
    from ministack.core.responses import get_account_id

    return str(get_account_id())


def install(file: StateFile) -> None:
    """Have MiniStack keep objects so, and take over those that an emulator before the file wrote."""
    from ministack.services import s3

    folder = Path(s3.DATA_DIR)
    rows = _Rows(file, folder)
    collect: Callable[..., Any] = s3._collect_list_entries
    no_bucket: Callable[[str], None] = s3._delete_persisted_bucket
    restore: Callable[[Json], None] = s3.load_persisted_state
    if folder.is_dir() and not (folder / CONTENTS).exists():
        _take_over(s3, rows)
    (folder / CONTENTS).mkdir(parents=True, exist_ok=True)

    class Buckets(type(s3._buckets)):  # type: ignore[misc]
        """MiniStack's buckets, each with its objects from the file."""

        __slots__ = ()

        def __setitem__(self, name: str, bucket: Json) -> None:
            super().__setitem__(name, {**bucket, "objects": BucketObjects(rows, _account(), name)})

        def setdefault(self, name: str, default: Any = None) -> Any:
            if name not in self:
                self[name] = default
            return self[name]

    def object_path(bucket: str, key: str, account: str | None = None) -> str | None:
        entry = rows.get(account or _account(), bucket, key)
        return str(folder / entry["file"]) if entry and entry["file"] else None

    def persist_object(bucket: str, key: str, record: Json) -> None:
        entry = rows.new(_account(), bucket, key)
        before, data = entry["file"], record.get("body")
        if data is not None:
            entry["file"] = _write(folder, data)
        entry["record"] = record
        entry["extra"] = _extra(s3, _account(), bucket, key, entry["versions"] or [])
        rows.store(_account(), bucket, key, entry)
        # Versions have a file of their own, and `data` would be a second copy in memory.
        record["body"] = None
        for version in entry["versions"] or []:
            if version["version_id"] == record.get("version_id"):
                version["data"] = None
        if data is not None and before:
            (folder / before).unlink(missing_ok=True)

    def persist_marker(bucket: str, key: str, _: Json) -> None:
        entry = rows.new(_account(), bucket, key)
        entry["extra"] = _extra(s3, _account(), bucket, key, entry["versions"] or [])
        # MiniStack takes the object out after this; its content lies in a version's file by now.
        rows.store(_account(), bucket, key, entry, hidden=True)

    def delete_object(bucket: str, key: str) -> None:
        entry = rows.get(_account(), bucket, key)
        if entry is None:
            return
        entry["record"] = None
        rows.store(_account(), bucket, key, entry)
        rows.drop_content(entry)

    def delete_version_file(bucket: str, key: str, version: str) -> None:
        if path := s3._version_disk_path(bucket, key, version):
            rows.drop_version(_account(), bucket, key, Path(path))

    def delete_bucket(name: str) -> None:
        query = "SELECT file FROM objects WHERE account = ? AND bucket = ? AND file IS NOT NULL"
        for (path,) in file.rows(query, (_account(), name)):
            (folder / path).unlink(missing_ok=True)
        file.execute("DELETE FROM objects WHERE account = ? AND bucket = ?", (_account(), name))
        no_bucket(name)

    def collect_page(objects: Any, prefix: str, delimiter: str, most: int, after: str) -> Any:
        if isinstance(objects, BucketObjects) and not delimiter:
            objects = objects.page(prefix, after, most)
        return collect(objects, prefix, delimiter, most, after)

    def restore_with_objects(data: Json) -> None:
        restore(data)
        for (account, name), bucket in s3._buckets._data.items():
            bucket["objects"] = BucketObjects(rows, account, name)
        _load_extra(s3, file)

    buckets = Buckets()
    buckets._data = s3._buckets._data
    s3._buckets = buckets
    s3.S3_PERSIST = True
    s3._object_versions = _versions_of(rows, type(s3._object_versions))
    s3._object_disk_path = object_path
    s3._persist_object = persist_object
    s3._persist_delete_marker = persist_marker
    s3._delete_persisted_object = delete_object
    s3._delete_persisted_bucket = delete_bucket
    s3._delete_version_file = delete_version_file
    s3._collect_list_entries = collect_page
    s3.load_persisted_state = restore_with_objects


def _write(folder: Path, data: bytes) -> str:
    """Write a content to a file of its own. Returns its path in the folder."""
    name = uuid.uuid4().hex
    path = folder / CONTENTS / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(data)
    return f"{CONTENTS}/{name[:2]}/{name}"


def _extra(s3: Any, account: str, bucket: str, key: str, versions: list[Json]) -> Json | None:
    """Tags, access lists and annotations of the key's versions."""
    ids = [None, *(version["version_id"] for version in versions if not version.get("is_delete_marker"))]
    extra = {
        name: {
            one or "null": found for one in ids if (found := store._data.get((account, (bucket, key, one)))) is not None
        }
        for name, store in _extra_stores(s3).items()
    }
    return {name: found for name, found in extra.items() if found} or None


def _extra_stores(s3: Any) -> dict[str, Any]:
    return {"tags": s3._object_tags, "acl": s3._object_acl, "annotations": s3._object_annotations}


def _take_over(s3: Any, rows: _Rows) -> None:
    """Have rows for the objects that an emulator before the file wrote; their contents stay where they are."""
    s3.S3_PERSIST = True
    s3._load_persisted_data()
    for (account, bucket), found in s3._buckets._data.items():
        for key, record in found["objects"].items():
            path = s3._object_disk_path(bucket, key, account)
            entry = rows.new(account, bucket, key)
            entry |= {"file": os.path.relpath(path, os.path.realpath(rows.folder)), "record": record}
            entry["extra"] = _extra(s3, account, bucket, key, [])
            rows.store(account, bucket, key, entry)
    for (account, (bucket, key)), versions in s3._object_versions._data.items():
        entry = rows.new(account, bucket, key)
        entry |= {"versions": versions, "extra": _extra(s3, account, bucket, key, versions)}
        rows.store(account, bucket, key, entry)


def _load_extra(s3: Any, file: StateFile) -> None:
    for account, bucket, key, text in file.rows(
        "SELECT account, bucket, key, extra FROM objects WHERE extra IS NOT NULL"
    ):
        for name, by_version in json.loads(text).items():
            for version, value in by_version.items():
                place = (account, (bucket, key, None if version == "null" else version))
                _extra_stores(s3)[name]._data[place] = value
