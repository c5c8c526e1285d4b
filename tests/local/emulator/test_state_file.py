"""The state file: what it answered for is there after a death, and a file that it cannot use stays as it is."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from local.emulator import state_file
from local.emulator.state_file import StateFile, check
from local.errors import StackError
from tests.local.emulator.mortal import open_file

# Writes a row for good, begins a transaction, says so, and waits to be killed.
WRITER = """
import sys, time
from pathlib import Path
from local.emulator.state_file import StateFile
file = StateFile(Path(sys.argv[1]))
file.execute("INSERT INTO meta VALUES ('answered', 'yes')")
with file.transaction():
    file.execute("INSERT INTO meta VALUES ('half', 'yes')")
    print("there", flush=True)
    time.sleep(600)
"""


def _path(tmp_path: Path) -> Path:
    return tmp_path / state_file.NAME


def _names(file: StateFile) -> list[str]:
    return [name for (name,) in file.rows("SELECT name FROM meta")]


def test_what_was_written_is_there_after_a_death_and_half_a_transaction_is_not(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(_path(tmp_path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"there\n"
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
    check(_path(tmp_path))
    with open_file(tmp_path) as file:
        assert "answered" in _names(file)
        assert "half" not in _names(file)
        assert not file.was_clean


def test_a_clean_end_is_known(tmp_path: Path) -> None:
    with open_file(tmp_path) as file:
        assert file.was_clean  # there was none before
    with open_file(tmp_path) as file:
        assert file.was_clean
    # Everything is in the file itself by then, so that a copy of it alone is one of all.
    assert not Path(f"{_path(tmp_path)}-wal").exists()


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with open_file(tmp_path) as file:
        with pytest.raises(sqlite3.IntegrityError), file.transaction(), file.transaction():
            file.execute_each("INSERT INTO meta VALUES (?, ?)", [("a", "1"), ("a", "2")])
        assert "a" not in _names(file)
        file.execute_each("INSERT INTO meta VALUES (?, ?)", [("c", "1"), ("d", "2")])
        with pytest.raises(sqlite3.IntegrityError):
            file.execute_each("INSERT INTO meta VALUES (?, ?)", [("e", "1"), ("c", "2")])
        assert {"c", "d"} <= set(_names(file))
        assert "e" not in _names(file)


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4080], ids=["text", "torn"]
)
def test_a_broken_file_is_told_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    _path(tmp_path).write_bytes(content)
    for use in (check, StateFile):
        with pytest.raises(StackError, match=r"state\.db is broken .*nothing was changed.* start anew"):
            use(_path(tmp_path))
    assert _path(tmp_path).read_bytes() == content


def test_a_file_with_a_torn_page_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    with open_file(tmp_path) as file:
        file.execute_each("INSERT INTO meta VALUES (?, ?)", [(f"{n:06}", "x" * 500) for n in range(200)])
    content = bytearray(_path(tmp_path).read_bytes())
    content[-3 * 4096 :] = os.urandom(3 * 4096)
    _path(tmp_path).write_bytes(content)
    with pytest.raises(StackError, match="is broken"):
        check(_path(tmp_path))
    assert _path(tmp_path).read_bytes() == content


@pytest.mark.parametrize("found", [state_file.FORMAT + 1, 99])
def test_a_file_of_another_format_is_told_and_left_as_it_is(tmp_path: Path, found: int) -> None:
    with sqlite3.connect(_path(tmp_path)) as connection:
        connection.execute("CREATE TABLE other (a)")
        connection.execute(f"PRAGMA user_version = {found}")
    connection.close()
    content = _path(tmp_path).read_bytes()
    for use in (check, StateFile):
        with pytest.raises(StackError, match=f"of format {found}, and this version reads format {state_file.FORMAT}"):
            use(_path(tmp_path))
    assert _path(tmp_path).read_bytes() == content


def test_a_database_of_somebody_else_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(_path(tmp_path)) as connection:
        connection.execute("CREATE TABLE other (a)")
    connection.close()
    content = _path(tmp_path).read_bytes()
    for use in (check, StateFile):
        with pytest.raises(StackError, match="another program's"):
            use(_path(tmp_path))
    assert _path(tmp_path).read_bytes() == content


def test_a_start_that_died_before_the_tables_were_made_is_made_up_for(tmp_path: Path) -> None:
    _path(tmp_path).touch()
    check(_path(tmp_path))
    with open_file(tmp_path) as file:
        assert _names(file) == ["clean"]


def test_no_file_is_nothing_to_complain_of(tmp_path: Path) -> None:
    check(_path(tmp_path))
    assert not _path(tmp_path).exists()
