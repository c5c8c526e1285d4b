"""What is found in a folder on disk, with all that may lie there."""

import os
from pathlib import Path

import pytest

from cli.syncing.folder import FolderReader

NAME = "docs"


def write(root: Path, path: str, text: str = "text") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def paths(root: Path) -> list[str]:
    return [file.path for file in FolderReader(root, NAME, None).read().files]


def test_files_are_found_with_their_folders_and_origins(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    write(tmp_path, "guides/aws/b.txt")
    local = FolderReader(tmp_path, NAME, "de", "/handbook").read()
    assert [file.path for file in local.files] == ["a.md", "guides/aws/b.txt"]
    said = local.files[1].source.said()
    assert (said["folder"], said["language"]) == ("/handbook/guides/aws", "de")
    assert said["origin"] == {"name": NAME, "path": "guides/aws/b.txt"}


def test_what_is_no_document_is_left_out(tmp_path: Path) -> None:
    for name in (".hidden.md", "~$open.docx", "a.md~", "#a.md#", ".a.md.swp", "4913", "photo.jpg", ".git/readme.md"):
        write(tmp_path, name)
    assert paths(tmp_path) == []


def test_links_in_circles_end(tmp_path: Path) -> None:
    write(tmp_path, "guides/a.md")
    (tmp_path / "guides" / "again").symlink_to(tmp_path)
    assert paths(tmp_path) == ["guides/a.md"]


def test_a_link_to_nothing_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "nowhere")
    assert paths(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_read_is_named_as_unread(tmp_path: Path) -> None:
    write(tmp_path, "a.md").chmod(0)
    write(tmp_path, "closed/b.md")
    (tmp_path / "closed").chmod(0)
    try:
        local = FolderReader(tmp_path, NAME, None).read()
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert sorted(local.unread) == ["a.md", "closed"]
    assert len(local.refused) == 2


def test_a_folder_that_is_gone_is_unread_as_a_whole(tmp_path: Path) -> None:
    root = tmp_path / "root"
    reader = FolderReader(root, NAME, None)
    root.mkdir()
    write(root, "a.md")
    assert len(reader.read().files) == 1
    (root / "a.md").unlink()
    root.rmdir()
    local = reader.read()
    assert (local.files, local.unread) == ([], [""])
    assert "is not there" in local.refused[0].reason


def test_names_that_read_the_same_are_refused_and_none_is_lost(tmp_path: Path) -> None:
    for name in (b"a\xff.md", b"a\xfe.md"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))).write_text("text")
    local = FolderReader(tmp_path, NAME, None).read()
    assert [file.path for file in local.files] == ["a\ufffd.md"]
    assert ["reads the same" in entry.reason for entry in local.refused] == [True]


def test_a_file_whose_folder_may_not_be_called_so_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "/".join("d" for _ in range(40)) + "/a.md")
    local = FolderReader(tmp_path, NAME, None).read()
    assert local.files == []
    assert "levels" in local.refused[0].reason


def test_a_file_is_read_anew_when_it_has_changed(tmp_path: Path) -> None:
    file = write(tmp_path, "a.md", "one")
    reader = FolderReader(tmp_path, NAME, None)
    first = reader.read().files[0].sha256
    assert reader.read().files[0].sha256 == first
    file.write_text("two")
    os.utime(file, ns=(1, 1))
    assert reader.read().files[0].sha256 != first
