"""The emulator's state on disk: one SQLite file that every change is in before it is answered for.

SQLite's write-ahead log is the journal: a statement that has returned is with the kernel, so the death of any process
loses nothing. The log is brought to the disk itself in groups, every `SYNC_SECONDS`: a power cut may lose the changes
of that time, and leaves the file whole.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.errors import StackError

NAME = "state.db"
FORMAT = 1
"""Of the tables below. A file of another one is refused, not read."""
SYNC_SECONDS = 1.0
CHECKPOINT_SECONDS = 10.0
"""How often the log's pages go to the file itself, beside the requests: done by them, each hundredth would wait for the
disk."""
MIB = 2**20

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE services (name TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE items (
    table_arn TEXT NOT NULL, key TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (table_arn, key)) WITHOUT ROWID;
CREATE TABLE messages (number INTEGER PRIMARY KEY AUTOINCREMENT, queue_arn TEXT NOT NULL, message TEXT NOT NULL);
CREATE TABLE executions (
    arn TEXT PRIMARY KEY, machine TEXT NOT NULL, map_run TEXT, document TEXT, status TEXT NOT NULL,
    moment TEXT NOT NULL, record TEXT NOT NULL, history BLOB);
CREATE INDEX executions_by_machine ON executions (machine, moment, arn);
CREATE INDEX executions_by_moment ON executions (moment);
CREATE INDEX executions_by_document ON executions (document, moment);
CREATE INDEX executions_running ON executions (status) WHERE status = 'RUNNING';
CREATE TABLE events (
    arn TEXT NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (arn, number)) WITHOUT ROWID;
CREATE TABLE objects (
    account TEXT NOT NULL, bucket TEXT NOT NULL, key TEXT NOT NULL, file TEXT, record TEXT, versions TEXT, extra TEXT,
    PRIMARY KEY (account, bucket, key)) WITHOUT ROWID;
"""


class StateFile:
    """The open file. Its methods may be called by any thread. Whatever SQLite raises goes on to the caller: what is not
    on disk must not be answered for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.lock = threading.RLock()
        """Held while a statement or a transaction runs. What keeps the same things in memory takes it too."""
        self._connection = _open(path)
        self._changed = False
        self._closed = threading.Event()
        self.was_clean = self._value("clean") in (None, "yes")
        """Whether the emulator that had the file before ended by itself; true where there was none."""
        self.execute("INSERT OR REPLACE INTO meta VALUES ('clean', 'no')")
        self._syncing = threading.Thread(target=self._sync, name="state-sync", daemon=True)
        self._syncing.start()

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement that changes something. Returns the number of the row that it added, if it did."""
        with self.lock:
            cursor = self._connection.execute(statement, parameters)
            self._changed = True
            return cursor.lastrowid or 0

    def execute_each(self, statement: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run the statement for each of the parameters, in one transaction."""
        with self.transaction():
            self._connection.executemany(statement, parameters)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements within become true together, or none of them."""
        with self.lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            self._changed = True

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of the query."""
        with self.lock:
            return self._connection.execute(query, parameters).fetchall()

    def row(self, query: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of the query, if it has one."""
        with self.lock:
            found: tuple[Any, ...] | None = self._connection.execute(query, parameters).fetchone()
            return found

    def close(self) -> None:
        """Bring everything to the disk, and note that the end was a clean one."""
        self._closed.set()
        self._syncing.join()
        with self.lock:
            self.execute("INSERT OR REPLACE INTO meta VALUES ('clean', 'yes')")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.close()

    def _value(self, name: str) -> str | None:
        found = self.row("SELECT value FROM meta WHERE name = ?", (name,))
        return found[0] if found else None

    def _sync(self) -> None:
        # A connection of its own, so that requests do not wait for the disk.
        beside = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        log = os.open(f"{self._path}-wal", os.O_RDONLY)
        checkpointed = time.monotonic()
        while not self._closed.wait(SYNC_SECONDS):
            if self._changed:
                self._changed = False
                os.fsync(log)
            if time.monotonic() - checkpointed >= CHECKPOINT_SECONDS:
                beside.execute("PRAGMA wal_checkpoint(PASSIVE)")
                checkpointed = time.monotonic()
        os.close(log)
        beside.close()


def check(path: Path) -> None:
    """Raise `StackError` with what to do if there is a file that cannot be used. Changes nothing."""
    if not path.exists():
        return
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)
        try:
            _check_format(connection, path)
            [(found,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise StackError(_broken(path, str(error))) from error
    if found != "ok":
        raise StackError(_broken(path, found))


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        _check_format(connection, path)
        if connection.execute("PRAGMA user_version").fetchone() == (0,):
            connection.executescript(
                f"PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;"
            )
        connection.execute("PRAGMA journal_mode = WAL")
        # The log is synced before its pages go to the file, which keeps the file whole; commits are by `_sync`.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA journal_size_limit = {64 * MIB}")
    except sqlite3.DatabaseError as error:
        raise StackError(_broken(path, str(error))) from error
    return connection


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    [(found,)] = connection.execute("PRAGMA user_version").fetchall()
    if found not in (0, FORMAT):
        raise StackError(
            f"the stack's state in {path} is of format {found}, and this version reads format {FORMAT}: start it with "
            "the version that made it, or keep other data with --dir"
        )
    # A start that died before it made the tables has left none.
    if not found and connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        raise StackError(f"{path} is another program's database: move it away, or keep other data with --dir")


def _broken(path: Path, why: str) -> str:
    return (
        f"the stack's state in {path} is broken ({why}); nothing was changed. Put a copy of it back that you have, or "
        f"move {path.parent.parent} away and start anew: your documents have to be sent again then"
    )
