"""Planted faults: that each still has its place in the code, and that planting one leaves the working tree alone."""

import subprocess
from pathlib import Path

import pytest

from faults.planted import copy_tracked
from faults.plants import PLANTS, Plant, Unplantable
from local.config import REPOSITORY


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_fault_has_just_one_place_and_leaves_python_behind(plant: Plant) -> None:
    before = (REPOSITORY / plant.path).read_text()
    after = plant.planted(REPOSITORY)
    assert after != before
    compile(after, plant.path, "exec")
    assert (REPOSITORY / plant.path).read_text() == before


def test_names_are_told_apart() -> None:
    assert len({plant.name for plant in PLANTS}) == len(PLANTS)


def test_a_fault_whose_text_is_gone_or_there_twice_says_so(tmp_path: Path) -> None:
    plant = Plant("it forgets", "some.py", "keep()", "pass")
    with pytest.raises(Unplantable, match=r"'it forgets': some.py has its text 0 times"):
        plant.planted(tmp_path)
    (tmp_path / "some.py").write_text("keep()\nkeep()\n")
    with pytest.raises(Unplantable, match="2 times"):
        plant.planted(tmp_path)


def test_the_copy_is_of_the_working_tree_without_what_git_ignores(tmp_path: Path) -> None:
    source, copy = tmp_path / "source", tmp_path / "copy"
    (source / "folder").mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", str(source)], check=True)
    (source / ".gitignore").write_text("made/\n")
    (source / "folder" / "code.py").write_text("as committed")
    subprocess.run(["git", "-C", str(source), "add", "."], check=True)
    (source / "folder" / "code.py").write_text("as changed")
    (source / "new.py").write_text("new")
    (source / "made").mkdir()
    (source / "made" / "big").write_text("no")
    copy_tracked(source, copy)
    found = {str(path.relative_to(copy)): path.read_text() for path in copy.rglob("*") if path.is_file()}
    assert found == {".gitignore": "made/\n", "folder/code.py": "as changed", "new.py": "new"}
