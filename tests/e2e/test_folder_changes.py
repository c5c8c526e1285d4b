"""A folder is moved, and deleted, on the whole stack: by the API, the state machine, and the documents' own runs."""

import pytest

from bloomweaver.models.record import Operation, Status
from bloomweaver.search.request import Mode
from cli.client import ApiError
from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for

LISTED_SECONDS = 20.0
CHANGE_SECONDS = 120.0
QUERY = "who stands by the level crossing?"


def fill(stack: RunningStack, base: str, doc_hash: str) -> dict[str, str]:
    """Documents in a folder and below it, indexed and listed."""
    folders = {f"{doc_hash}-{name}": f"{base}{below}" for name, below in (("a", ""), ("b", "/deep"), ("c", "/deep/er"))}
    for name, folder in folders.items():
        stack.index(name, f"The signal box of {name} stands by the level crossing.", folder=folder)
    wait_for(lambda: stack.api.folders(base).documents == len(folders), LISTED_SECONDS, "all are listed")
    return folders


def found_in(stack: RunningStack, folder: str) -> set[str]:
    return {hit.doc_hash for hit in stack.api.search(QUERY, top_k=50, folder=folder, mode=Mode.HYBRID).results}


def wait_until_over(stack: RunningStack, id_: str) -> None:
    wait_for(lambda: stack.api.folder_change(id_).status != "running", CHANGE_SECONDS, f"the change {id_} is over")


def test_a_folder_moves_with_all_below_it_and_nothing_is_embedded(stack: RunningStack, doc_hash: str) -> None:
    old, new = f"/{doc_hash}/old", f"/{doc_hash}/new"
    folders = fill(stack, old, doc_hash)

    started = stack.api.move_folder(old, new)
    with pytest.raises(ApiError, match="is being changed by"):
        stack.api.delete_folder(f"{old}/deep")
    wait_until_over(stack, started.id)

    change = stack.api.folder_change(started.id)
    assert (change.status, change.error) == ("succeeded", None)
    assert change.report is not None
    counts = change.report.counts
    assert (change.report.done, counts.documents, counts.done, change.report.unchanged) == (True, 3, 3, 0)
    for name, folder in folders.items():
        document = stack.api.document(name)
        assert (document.status, document.version, document.folder) == (
            Status.INDEXED, 2, folder.replace(old, new),
        )  # fmt: skip
        stack.assert_holds_only(document)
        assert "EmbedBatch" not in stack.states_entered(stack.execution_arn(Operation.UPDATE, name, 2))
    assert found_in(stack, new) == set(folders)
    assert found_in(stack, old) == set()
    wait_for(lambda: stack.api.folders(new).documents == 3, LISTED_SECONDS, "they are listed where they are now")
    wait_for(lambda: stack.api.folders(old).documents == 0, LISTED_SECONDS, "the old folder is gone")


def test_a_folder_is_deleted_with_all_below_it_and_what_comes_later_stays(stack: RunningStack, doc_hash: str) -> None:
    base = f"/{doc_hash}"
    folders = fill(stack, base, doc_hash)
    started = stack.api.delete_folder(base)
    late = f"{doc_hash}-late"
    stack.index(late, "The late signal box stands by the level crossing.", folder=base)
    wait_until_over(stack, started.id)
    change = stack.api.folder_change(started.id)
    assert change.report is not None
    assert (change.status, change.report.counts.done) == ("succeeded", 3)
    assert {stack.api.document(name).status for name in folders} == {Status.DELETED}
    assert found_in(stack, base) == {late}
    wait_for(lambda: stack.api.folders(base).documents == 1, LISTED_SECONDS, "the list has what is left")
