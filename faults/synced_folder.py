"""A folder on disk that changes all the time and is kept in step by `bloomweaver sync`, while everything fails.

What fails is tried again by the next sync. In the end one has to come through, and the documents are what the folder
is.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faults.findings import Findings
from faults.journal import Journal
from faults.size import RunSize
from faults.stand import Stand

_PAUSE_SECONDS = 5.0
_SYNC_SECONDS = 90.0
_LOOK_SECONDS = 0.5
_FOLDERS = ("", "one", "one/two", "three")
PROMISE = "a synced folder's documents are its files"


class SyncedFolder:
    """Changes files and syncs them, until it is told to stop."""

    def __init__(
        self, stand: Stand, findings: Findings, journal: Journal, directory: Path, seed: int, size: RunSize
    ) -> None:
        self._stand, self._findings, self._journal = stand, findings, journal
        self._root = directory / "synced"
        self.name = f"synced-{seed}"
        """The sync's, and how the ids of its documents begin."""
        self._chance = random.Random(f"synced-folder-{seed}")
        self._files = size.synced_files
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sync", daemon=True)
        self._failure: BaseException | None = None
        self._written = 0
        self._at_rest = False
        self.syncs = 0
        """That came through."""

    def start(self) -> None:
        """Begin with some files."""
        for folder in _FOLDERS:
            (self._root / folder).mkdir(parents=True, exist_ok=True)
        for _ in range(self._files):
            self._write(self._new_place())
        self._thread.start()

    def stop(self) -> None:
        """End. Raises what the thread raised."""
        self._stop.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def finish(self) -> list[str]:
        """Once all is at rest: sync, and hold the documents against the files. Returns their ids."""
        self._at_rest = True
        came = self._sync()
        again = self._sync()
        if came is None or again is None or again.get("unchanged") != len(self._there()):
            self._findings.report(PROMISE, "", f"with all at rest syncs came to {came} and {again}")
        expected = {
            file.relative_to(self._root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in self._there()
        }
        found: dict[str, str | None] = {}
        ids: list[str] = []
        with self._stand.open_api() as api:
            cursor: str | None = None
            while True:
                page = api.of_origin(self.name, cursor=cursor)
                for document in page.documents:
                    assert document.origin is not None
                    found[document.origin.path] = document.content_sha256
                    ids.append(document.doc_hash)
                if (cursor := page.next_cursor) is None:
                    break
        if found != expected:
            wrong = {path for path in {*found, *expected} if found.get(path) != expected.get(path)}
            self._findings.report(PROMISE, "", f"of {len(expected)} files these are not so: {sorted(wrong)}")
        return ids

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                self._sync()
                for _ in range(self._chance.randint(1, 3)):
                    self._change()
                self._stop.wait(_PAUSE_SECONDS)
        except BaseException as error:  # noqa: BLE001 - raised again by `stop`
            self._failure = error

    def _there(self) -> list[Path]:
        return sorted(file for file in self._root.rglob("*") if file.is_file())

    def _change(self) -> None:
        """A file is written, renamed, deleted, or a folder is renamed with all in it."""
        files = self._there()
        kinds: list[Callable[[Path], object]] = [
            lambda _: self._write(self._new_place()),
            self._write,
            lambda file: file.rename(self._new_place()),
            lambda file: file.unlink(),
            lambda _: self._rename_folder(),
        ]
        if files:
            self._chance.choice(kinds)(self._chance.choice(files))
        else:
            self._write(self._new_place())

    def _rename_folder(self) -> None:
        self._written += 1
        old, new = self._root / "three", self._root / f"three-{self._written}"
        old.rename(new)
        old.mkdir()

    def _new_place(self) -> Path:
        self._written += 1
        return self._root / self._chance.choice(_FOLDERS) / f"file-{self._written:04d}.md"

    def _write(self, file: Path) -> None:
        self._written += 1
        file.write_text(f"# File {self._written}\n\nWhat was written as number {self._written} stands here.\n")

    def _sync(self) -> dict[str, Any] | None:
        """Run the command. Returns what it says, or none if it did not come through."""
        command = [sys.executable, "-m", "cli.main", "sync", str(self._root), "--name", self.name, "--yes", "--json"]
        environment = os.environ | {"BLOOMWEAVER_TOKEN": self._stand.descriptor.token()}
        began = time.monotonic()
        with subprocess.Popen(
            [*command, "--api-url", self._stand.api_url],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as run:
            while True:
                try:
                    output, errors = run.communicate(timeout=_LOOK_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    # Somebody who waits no longer, or turns the machine off.
                    if time.monotonic() > began + _SYNC_SECONDS or (self._stop.is_set() and not self._at_rest):
                        run.kill()
        seconds = round(time.monotonic() - began, 1)
        self._journal.note("sync", code=run.returncode, seconds=seconds, error=errors[-300:])
        if run.returncode:
            return None
        self.syncs += 1
        said: dict[str, Any] = json.loads(output)
        return said
