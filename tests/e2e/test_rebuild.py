"""The index is lost, and made anew from the backups. What cannot be had is named; what changes meanwhile ends right."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus

import pytest

from bloomweaver import keys
from bloomweaver.search.answer import SearchHit
from bloomweaver.search.request import Mode
from cli.answers import Rebuild, RebuildProblem
from cli.client import ApiError
from tests.e2e.running_stack import SEARCH_WIDTH, RunningStack
from tests.e2e.waiting import wait_for

INDEX = "bloomweaver"
COPY = "copied"
FUNCTIONS_WITH_AN_INDEX = (
    *("chunk", "embed", "pinecone_writer", "mend", "search", "compare"),
    *("rebuild", "prepare_rebuild", "restore", "verify_rebuild"),
)
REBUILD_SECONDS = 90.0
LONG_TEXT = "\n\n".join(f"Passage {number}. " + "The tide tables lie in the blue cabinet. " * 30 for number in range(6))
QUERY = "where are the tide tables"


def ended(stack: RunningStack, id_: str) -> Rebuild:
    def found() -> Rebuild | None:
        run = stack.api.rebuild_run(id_)
        return run if run.status != "running" else None

    return wait_for(found, REBUILD_SECONDS, f"{id_} has ended")


def rebuild(stack: RunningStack, doc_hash: str) -> list[RebuildProblem]:
    """Rebuild, and return what could not be restored of the documents whose names begin like this."""
    run = ended(stack, stack.api.rebuild().id)
    assert run.status == "succeeded", run
    assert run.report is not None
    assert run.report.done
    return [problem for problem in run.report.problems if problem.doc_hash.startswith(doc_hash)]


def found_in_both(stack: RunningStack, names: Iterable[str]) -> dict[str, tuple[list[SearchHit], set[str]]]:
    """By document what is found by meaning, and the passages that are found by words.

    The scores of words are left out: they count all the passages of an index, and among them those which other tests
    have deleted and the store has not yet cleared away.
    """
    dense = stack.api.search(QUERY, top_k=SEARCH_WIDTH, mode=Mode.DENSE).results
    keyword = stack.api.search(QUERY, top_k=SEARCH_WIDTH, mode=Mode.KEYWORD).results
    return {
        name: (
            [hit for hit in dense if hit.doc_hash == name],
            {hit.chunk_id for hit in keyword if hit.doc_hash == name},
        )
        for name in names
    }


def test_every_search_finds_the_same_after_a_rebuild(stack: RunningStack, doc_hash: str) -> None:
    updated, small, gone = f"{doc_hash}-updated", f"{doc_hash}-small", f"{doc_hash}-gone"
    stack.index(updated, "An old text of tide tables.")
    stack.index(updated, LONG_TEXT, title="Tides", metadata={"place": "harbour", "year": 1908})
    stack.index(small, "The tide tables of the small harbour are green.")
    stack.index(gone, "The tide tables of nobody.")
    assert stack.execution(stack.api.delete(gone)).status == "SUCCEEDED"
    before = found_in_both(stack, (updated, small))
    assert all(before.values())
    embedded = stack.execution_names()

    stack.vectors.drop()
    assert rebuild(stack, doc_hash) == []

    assert found_in_both(stack, (updated, small)) == before
    for name in (updated, small):
        stack.assert_holds_only(stack.api.document(name))
    assert stack.hits(QUERY, gone) == []
    stack.assert_holds_nothing(gone)
    # No run was needed for it; and the pipeline writes into the new index as ever.
    assert stack.execution_names() == embedded
    stack.index(small, "The tide tables of the small harbour are red now.")
    stack.assert_holds_only(stack.api.document(small))


def test_a_broken_and_a_missing_backup_are_named_and_all_else_is_restored(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, LONG_TEXT)
    document = stack.api.document(doc_hash)
    assert document.chunk_count > 2
    bucket = stack.descriptor.outputs["BackupsBucketName"]
    broken, missing = (keys.backup_key(doc_hash, 1, index) for index in (0, 1))
    stack.client("s3").put_object(Bucket=bucket, Key=broken, Body=b"{ broken")
    stack.client("s3").delete_object(Bucket=bucket, Key=missing)

    stack.vectors.drop()
    problems = rebuild(stack, doc_hash)

    assert {(one.fate, one.count, one.example) for one in problems} == {("broken", 1, broken), ("missing", 1, missing)}
    assert stack.vectors.ids(doc_hash) == list(keys.vector_ids(doc_hash, 1, document.chunk_count))[2:]
    assert stack.api.document(doc_hash) == document
    # What a rebuild cannot do, a repair does: the document runs again.
    with stack.function_environment("compare", RECONCILE_QUIET_SECONDS="0"):
        id_ = stack.api.reconcile(repair=True).id
        wait_for(lambda: stack.api.reconciliation(id_).status != "running", REBUILD_SECONDS, "it was repaired")
    wait_for(lambda: stack.api.document(doc_hash).indexed_version == 2, REBUILD_SECONDS, "it was run again")


def test_documents_that_change_meanwhile_end_right(stack: RunningStack, doc_hash: str) -> None:
    names = [f"{doc_hash}-{number}" for number in range(6)]
    for name in names:
        stack.index(name, LONG_TEXT)
    stack.vectors.drop()
    id_ = stack.api.rebuild().id
    # The index is back before anything is written; until then a write would end in a dead letter.
    wait_for(lambda: stack.vectors_are_there(), REBUILD_SECONDS, "the index is there again")
    updates = [stack.submit(name, f"{LONG_TEXT} Changed.") for name in names[:2]]
    deletes = [stack.api.delete(name) for name in names[2:4]]
    run = ended(stack, id_)
    assert run.status == "succeeded", run
    for change in (*updates, *deletes):
        assert stack.execution(change).status == "SUCCEEDED"
    for name in (*names[:2], *names[4:]):
        document = stack.api.document(name)
        assert document.indexed_version == document.version == (2 if name in names[:2] else 1)
        stack.assert_holds_only(document)
    for name in names[2:4]:
        stack.assert_holds_nothing(name)


def test_a_second_rebuild_is_refused_while_one_is_running(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, "The tide tables are here.")
    first = stack.api.rebuild().id
    with pytest.raises(ApiError, match=first) as refused:
        stack.api.rebuild()
    assert refused.value.status == HTTPStatus.CONFLICT
    assert ended(stack, first).status == "succeeded"
    assert rebuild(stack, doc_hash) == []


def test_an_index_of_another_dimension_is_refused_and_stays_as_it_is(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, "The tide tables are here.")
    with stack.function_environment("rebuild", VECTOR_DIMENSION="3"), pytest.raises(ApiError) as refused:
        stack.api.rebuild()
    assert refused.value.status == HTTPStatus.CONFLICT
    assert "(3 dimensions)" in str(refused.value)
    # Nor does an execution that was started before the deployment.
    with stack.function_environment("prepare_rebuild", VECTOR_DIMENSION="3"):
        run = ended(stack, stack.api.rebuild().id)
    assert (run.status, run.report) == ("failed", None)
    assert run.error is not None
    assert run.error.type == "VectorIndexRejected"
    stack.assert_holds_only(stack.api.document(doc_hash))


def test_documents_are_copied_to_another_index_without_a_gap_in_search(stack: RunningStack, doc_hash: str) -> None:
    # Texts that no other test has: what is near to them does not depend on what else moves.
    texts = {
        f"{doc_hash}-cooper": "The cooper of Vane Street bends his staves over a fire of chips.",
        f"{doc_hash}-glazier": "The glazier of Vane Street cuts a pane with a diamond at noon.",
        f"{doc_hash}-thatcher": "The thatcher of Vane Street lays reed on the ridge before the frost.",
    }
    for name, text in texts.items():
        stack.index(name, text)
    before = {name: stack.hits(text, name) for name, text in texts.items()}
    assert all(before.values())
    copied = stack.open_index(COPY)
    try:
        with deployed(stack, COPY):
            assert {name: stack.hits(text, name) for name, text in texts.items()} == before
            id_ = stack.api.rebuild(INDEX).id
            while stack.api.rebuild_run(id_).status == "running":
                assert {name: stack.hits(text, name) for name, text in texts.items()} == before
            assert ended(stack, id_).status == "succeeded"
            assert {name: stack.hits(text, name) for name, text in texts.items()} == before
            for name in texts:
                document = stack.api.document(name)
                assert (document.index, document.status, document.version) == (COPY, "indexed", 1)
                assert copied.ids(name) == list(keys.vector_ids(name, 1, document.chunk_count))
                assert stack.vectors.ids(name) == []
            # What is sent from now on goes to the new one.
            stack.index(f"{doc_hash}-cooper", "The cooper of Vane Street has gone.")
            assert stack.api.document(f"{doc_hash}-cooper").index == COPY
    finally:
        # The other tests' documents, and these, go back to where the deployment looks for them.
        reopen(stack, INDEX)
        assert ended(stack, stack.api.rebuild(COPY).id).status == "succeeded"
    for name in texts:
        document = stack.api.document(name)
        assert document.index == INDEX
        stack.assert_holds_only(document)
        assert copied.ids(name) == []


@contextmanager
def deployed(stack: RunningStack, index: str) -> Iterator[None]:
    """Have the functions run as a deployment with this index does."""
    with ExitStack() as functions:
        for function in FUNCTIONS_WITH_AN_INDEX:
            functions.enter_context(stack.function_environment(function, VECTOR_INDEX_NAME=index))
        yield


def reopen(stack: RunningStack, index: str) -> None:
    """Have an index that was given up be written to again."""
    client = stack.client("dynamodb")
    [table] = [name for name in client.list_tables()["TableNames"] if "IndexesTable" in name]
    client.update_item(
        TableName=table,
        Key={"index_name": {"S": index}},
        UpdateExpression="SET #state = :live",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":live": {"S": "live"}},
    )
