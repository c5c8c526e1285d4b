"""A question from the API to an answer, on a stack whose roles are enforced, and what a deletion does to it."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bloomweaver.adapters.dynamodb_usage import DynamoDbUsage
from bloomweaver.chats.answers import CitationState, ShownMessage, ShownPrompt
from bloomweaver.chats.message import MessageStatus
from cli.client import ApiError
from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for

ANSWER_SECONDS = 60.0
SENTENCE = "The lighthouse of Kap Brunne was painted green in the spring of 1911."


def ask(stack: RunningStack, question: str, folder: str) -> ShownMessage:
    """The answer to a question in a chat of its own."""
    chat = stack.api.open_chat(folder=folder).chat_id
    asked = stack.api.ask(chat, question)
    wait_for(lambda: read(stack, chat, asked.message_id).status != "running", ANSWER_SECONDS, "the answer is there")
    return read(stack, chat, asked.message_id)


def read(stack: RunningStack, chat: str, message: str) -> ShownMessage:
    """The message as it is shown now."""
    return stack.api.chat_message(chat, message)


def test_an_answer_cites_its_document_and_is_gone_with_it(stack: RunningStack, doc_hash: str) -> None:
    folder = f"/{doc_hash}"
    stack.index(doc_hash, f"{SENTENCE} The keeper kept bees.", folder=folder, title="Lighthouses")

    answer = ask(stack, "In which colour was the lighthouse of Kap Brunne painted?", folder)
    assert (answer.status, answer.error) == (MessageStatus.COMPLETE, None)
    [cited, *_] = answer.citations
    assert (cited.doc_hash, cited.state, cited.title) == (doc_hash, CitationState.CURRENT, "Lighthouses")
    assert cited.quote == SENTENCE
    assert answer.text.startswith(f"{SENTENCE} [1]")
    assert answer.used is not None
    assert (answer.used.tokens_in, answer.used.tokens_out, answer.used.cost) == (0, 0, 0.0)
    # It quotes, and was given no prompt; what it was made from is shown all the same.
    path = f"/chats/{answer.chat_id}/messages/{answer.message_id}/prompt"
    shown = ShownPrompt.model_validate(stack.get(path).json())
    assert (shown.messages, shown.generator, shown.whole) == ([], "extractive", True)
    assert {each.doc_hash for each in shown.passages} == {doc_hash}

    deleted = stack.api.submit({"operation": "DELETE", "doc_hash": doc_hash})
    # From the webhook's answer on: its run may not have begun.
    withheld = read(stack, answer.chat_id, answer.message_id)
    assert (withheld.status, withheld.text) == (MessageStatus.WITHHELD, "")
    assert "green" not in withheld.model_dump_json()
    refused = stack.get(path)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "message_id")

    assert stack.execution(deleted).status == "SUCCEEDED"
    removal = stack.api.removal(doc_hash)
    assert {place.place: place.state for place in removal.places}["answers"] == "removed"
    kept = stack.client("dynamodb").scan(TableName=stack.descriptor.outputs["ChatsTableName"])["Items"]
    assert "green" not in json.dumps(kept)
    assert not [item for item in kept if item["owner"]["S"] == f"document#{doc_hash}"]


@pytest.mark.vector_store("lancedb")
def test_what_no_document_of_the_folder_says_has_no_answer(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, "The keeper kept bees.", folder=f"/{doc_hash}")
    answer = ask(stack, "Which team won the world cup in 1990?", f"/{doc_hash}")
    assert (answer.status, answer.citations) == (MessageStatus.NO_ANSWER, [])


@pytest.mark.vector_store("lancedb")
def test_a_chat_can_be_deleted_while_it_is_answered(stack: RunningStack) -> None:
    chat = stack.api.open_chat().chat_id
    stack.api.ask(chat, "Where are the bees?")
    headers = {"Authorization": f"Bearer {stack.descriptor.token()}"}
    assert httpx.delete(f"{stack.descriptor.api_url}/chats/{chat}", headers=headers, timeout=60).status_code == 200
    assert stack.get(f"/chats/{chat}").status_code == 404


@pytest.mark.vector_store("lancedb")
def test_a_subject_asks_so_many_questions_a_minute(stack: RunningStack) -> None:
    with stack.function_environment("chats", QUESTIONS_PER_MINUTE="1"):
        refused = None
        for _ in range(3):  # a minute may end in between, once
            chat = stack.api.open_chat().chat_id
            try:
                stack.api.ask(chat, "Where are the bees?")
            except ApiError as error:
                refused = error
            stack.api.delete_chat(chat)
    assert refused is not None
    assert (refused.status, [each.field for each in refused.errors]) == (429, ["questions_per_minute"])
    assert refused.retry_after is not None
    assert 0 < refused.retry_after <= 60


@pytest.mark.vector_store("lancedb")
def test_what_a_subject_uses_is_counted_right_whoever_comes_at_the_same_time(stack: RunningStack) -> None:
    usage = DynamoDbUsage(stack.client("dynamodb"), stack.descriptor.outputs["ChatsTableName"])
    owner = uuid.uuid4().hex
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: usage.take_place(owner, "2026-01-01T00:00", 5), range(16)))
        added = list(threads.map(lambda number: usage.add_tokens(owner, "2026-01-01", f"{number % 4}", 10), range(16)))
    assert (sum(taken), sum(added), usage.tokens(owner, "2026-01-01")) == (5, 4, 40)
