"""A document that changes, and one that does not."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bloomweaver import keys
from cli.answers import Accepted
from cli.client import ApiError
from tests.e2e.running_stack import RunningStack
from tests.e2e.texts import passage

UNCHANGED = ["The baker of Lindau opens at five.", "Her rye loaves are sold out by seven.", "A dog sleeps by the oven."]
CONCURRENT_UPDATES = 10


def sections(*paragraphs: str) -> str:
    """A Markdown text with a passage for each paragraph."""
    filled = (passage(text, f"house number {number}") for number, text in enumerate(paragraphs))
    return "\n\n".join(f"# Section {number}\n\n{text}" for number, text in enumerate(filled))


def test_an_update_replaces_what_was_there(stack: RunningStack, doc_hash: str) -> None:
    old = "On Mondays the bakery stays closed for cleaning."
    new = "On Mondays the bakery sells pancakes in the yard."
    first = stack.index(doc_hash, sections(*UNCHANGED, old), content_type="text/markdown")
    old_ids = stack.vectors.ids(doc_hash)
    second = stack.index(doc_hash, sections(*UNCHANGED, new), content_type="text/markdown")
    assert (second.version, second.operation) == (first.version + 1, "UPDATE")

    texts = [hit.text for hit in stack.hits("what happens at the bakery on Mondays?", doc_hash)]
    assert any(new in text for text in texts)
    assert not any(old in text for text in texts)
    document = stack.api.document(doc_hash)
    stack.assert_holds_only(document)
    assert not set(old_ids) & set(stack.vectors.ids(doc_hash))
    artifacts = stack.artifacts_of(stack.execution(second).arn)
    assert artifacts["chunk_count"] == document.chunk_count == len(UNCHANGED) + 1
    assert artifacts["reused"] == len(UNCHANGED)


def test_new_metadata_alone_embeds_nothing(stack: RunningStack, doc_hash: str) -> None:
    text = "Forty swans winter on the mill pond."
    stack.index(doc_hash, text, metadata={"season": "winter"})
    accepted = stack.index(doc_hash, text, metadata={"season": "spring"}, title="Swans")
    states = stack.states_entered(stack.execution(accepted).arn)
    assert "Write" in states
    assert "EmbedBatch" not in states
    [hit] = stack.hits(text, doc_hash)
    assert (hit.version, hit.title, hit.metadata) == (accepted.version, "Swans", {"season": "spring"})
    stack.assert_holds_only(stack.api.document(doc_hash))


def test_an_unchanged_document_runs_nothing(stack: RunningStack, doc_hash: str) -> None:
    text, fields = "The ferry to Ostra runs twice a day.", {"title": "Ferry", "metadata": {"days": 7}}
    first = stack.index(doc_hash, text, **fields)
    again = stack.submit(doc_hash, text, **fields)
    assert (again.status, again.version) == ("unchanged", first.version)
    # A run of it would have been started before that of a change that comes after it.
    changed = stack.index(doc_hash, text, title="The ferry")
    assert changed.version == first.version + 1
    started = {name for name in stack.execution_names() if name.startswith(doc_hash)}
    assert started == {keys.execution_name(doc_hash, accepted.version) for accepted in (first, changed)}


def test_an_older_source_version_is_refused(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, "The well was dug in 1911.", source_version=20)
    with pytest.raises(ApiError) as refused:
        stack.submit(doc_hash, "The well was dug in 1901.", source_version=19)
    assert refused.value.status == 409
    assert [error.field for error in refused.value.errors] == ["source_version"]
    assert stack.api.document(doc_hash).version == 1


def test_of_updates_at_once_the_newest_is_served(stack: RunningStack, doc_hash: str) -> None:
    texts = [f"Draft {number}: the choir rehearses in room {number}." for number in range(CONCURRENT_UPDATES)]
    with ThreadPoolExecutor(CONCURRENT_UPDATES) as pool:
        accepted = list(pool.map(lambda text: stack.submit(doc_hash, text), texts))
    assert sorted(one.version for one in accepted) == list(range(1, CONCURRENT_UPDATES + 1))
    executions = [stack.execution(one, seconds=120) for one in accepted]
    assert {execution.status for execution in executions} == {"SUCCEEDED"}, executions

    newest, text = max(zip(accepted, texts, strict=True), key=lambda pair: pair[0].version)
    document = stack.api.document(doc_hash)
    assert (document.status, document.version) == ("indexed", newest.version)
    assert document.indexed_version == newest.version
    assert [hit.text for hit in stack.hits("where does the choir rehearse?", doc_hash)] == [text]
    stack.assert_holds_only(document)


def test_of_updates_and_deletes_at_once_the_newest_counts(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, "Draft: the organ is tuned.")

    def act(number: int) -> tuple[Accepted, str | None]:
        if number % 3 == 2:
            return stack.api.delete(doc_hash), None
        text = f"Draft {number}: the organ is tuned by {number} people."
        return stack.submit(doc_hash, text), text

    with ThreadPoolExecutor(CONCURRENT_UPDATES) as pool:
        answers = list(pool.map(act, range(CONCURRENT_UPDATES)))
    # A DELETE of a document that is deleted already changes nothing, and has no execution of its own.
    executions = [stack.execution(one, seconds=120) for one, _ in answers]
    assert {execution.status for execution in executions} == {"SUCCEEDED"}, executions

    newest, text = max(answers, key=lambda answer: answer[0].version)
    document = stack.api.document(doc_hash)
    assert document.version == newest.version
    assert document.status == ("deleted" if text is None else "indexed")
    assert [hit.text for hit in stack.hits("who tunes the organ?", doc_hash)] == ([] if text is None else [text])
    if text is None:
        stack.assert_holds_nothing(doc_hash)
    else:
        stack.assert_holds_only(document)
