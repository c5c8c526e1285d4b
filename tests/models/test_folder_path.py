"""What a folder may be, and how folders lie in each other."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.models import folder_path
from bloomweaver.models.folder_path import ROOT, canonical, holders, is_within, moved, name, parent

names = st.text(
    st.characters(exclude_characters="/", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=8
)
folders = (
    st.lists(names.filter(lambda each: each not in (".", "..")), max_size=5)
    .map(lambda parts: "/" + "/".join(parts))
    .map(canonical)
)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "begins with"),
        ("guides", "begins with"),
        ("/guides/", "empty name"),
        ("//", "empty name"),
        ("/guides//aws", "empty name"),
        ("/guides/../aws", r"'\.\.'"),
        ("/.", r"'\.'"),
        ("/a\nb", "control"),
        ("/a\0", "control"),
        ("/a\u2028b", "control"),
        ("/\ud800", "control"),
        ("/a" * 300, "levels"),
        ("/" + "a" * 2000, "bytes"),
        ("/" + "é" * 512, "bytes"),
    ],
)
def test_what_is_no_folder_is_refused_with_the_reason(path: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        canonical(path)


def test_a_name_spelt_in_another_form_of_unicode_is_the_same_folder() -> None:
    assert canonical(unicodedata.normalize("NFD", "/café")) == canonical("/café")


def test_names_that_differ_in_case_are_two_folders() -> None:
    assert canonical("/Guides") != canonical("/guides")
    assert not is_within("/Guides/aws", "/guides")


@given(folders)
def test_the_form_that_is_kept_stays(folder: str) -> None:
    assert canonical(folder) == folder


@given(folders)
def test_a_folder_is_within_exactly_its_holders(folder: str) -> None:
    held_by = holders(folder)
    assert (held_by[0], held_by[-1]) == (ROOT, folder)
    assert all(is_within(folder, holder) for holder in held_by)
    assert [parent(each) for each in held_by[1:]] == held_by[:-1]
    assert not is_within(folder, f"{folder.rstrip('/')}/below")
    assert not is_within(f"{folder}x" if folder != ROOT else "/x", f"{folder.rstrip('/')}/below")


@given(folders, folders, folders)
def test_a_move_takes_what_is_below_along(below: str, source: str, target: str) -> None:
    inside = canonical((source.rstrip("/") + below).rstrip("/") or ROOT)
    there = moved(inside, source, target)
    assert is_within(there, target)
    assert moved(there, target, source) == inside


@given(folders)
def test_name_and_parent_make_the_folder(folder: str) -> None:
    if folder != ROOT:
        assert f"{parent(folder).rstrip('/')}/{name(folder)}" == folder


def test_a_move_that_would_go_too_deep_is_refused() -> None:
    deep = "/a" * folder_path.MAX_LEVELS
    with pytest.raises(ValueError, match="levels"):
        moved(deep, "/a", "/b/c")
