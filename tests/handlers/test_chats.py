"""The routes of chats and the states of `answer`, on AWS services, with a LanceDB table and the real encoder."""

import json

import boto3
import pytest

from bloomweaver.chats.chat import owner_of
from bloomweaver.errors import AnswerOvertaken
from bloomweaver.settings import settings
from tests.handlers.chat_room import (
    QUESTION,
    TIDES,
    answered,
    ask_for,
    delete,
    documents,  # noqa: F401
    open_chat,
    publish,
    run,
    settle_deletion,
)
from tests.handlers.conftest import REGION, LambdaContext, call, forget, load
from wiring import dependencies

pytestmark = pytest.mark.usefixtures("documents")


def test_a_question_is_answered_with_a_quote_and_its_source() -> None:
    _, answer = answered()
    assert (answer.status, answer.body["status"], answer.body["generator"]) == (200, "complete", "extractive")
    [citation, *_] = answer.body["citations"]
    expected = {"number": 1, "doc_hash": "tides", "version": 1, "state": "current", "title": "Tides"}
    assert {key: citation[key] for key in expected} == expected
    assert citation["quote"] == "The tide tables are kept in the blue cabinet."
    assert answer.body["text"].startswith("The tide tables are kept in the blue cabinet. [1]")


def test_what_no_document_says_has_no_answer() -> None:
    _, answer = answered("Which party won the general election in Peru?")
    assert (answer.body["status"], answer.body["citations"]) == ("no_answer", [])


def test_an_answer_comes_from_the_folder_of_the_chat_alone() -> None:
    _, answer = answered(folder="/hire")
    assert "tides" not in {citation["doc_hash"] for citation in answer.body["citations"]}
    assert "cabinet" not in answer.body["text"]


def test_a_run_is_given_ids_and_nothing_else_of_a_chat_is_in_step_functions() -> None:
    answered()
    states = boto3.client("stepfunctions", region_name=REGION)
    [execution] = states.list_executions(stateMachineArn=settings().answer_state_machine_arn)["executions"]
    given = json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"])
    assert set(given) == {"owner", "chat_id", "message_id", "attempt"}
    assert given["owner"] == owner_of("user_1")


def test_from_the_deletion_on_no_answer_that_rests_on_it_is_shown() -> None:
    path, _ = answered()
    delete("tides")
    withheld = ask_for("GET", path)
    assert (withheld.body["status"], withheld.body["text"]) == ("withheld", "")
    assert "blue cabinet" not in json.dumps(withheld.body)
    # What is sent again under the same id is another document.
    publish("tides", TIDES, "/harbour", version=3)
    assert ask_for("GET", path).body["status"] == "withheld"
    listed = ask_for("GET", path.rpartition("/")[0])
    assert [message["status"] for message in listed.body["messages"]] == ["withheld"]


def test_a_citation_of_what_was_replaced_is_marked() -> None:
    path, _ = answered()
    publish("tides", "The tide tables are on the wall.", "/harbour", version=2)
    answer = ask_for("GET", path)
    assert {citation["state"] for citation in answer.body["citations"]} == {"superseded"}
    assert (answer.body["status"], answer.body["rests_on_superseded"]) == ("complete", True)
    assert "blue cabinet" not in json.dumps(answer.body)


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_to_anybody_elses_token_a_chat_does_not_exist(role: str) -> None:
    path, _ = answered()
    chat = "/".join(path.split("/")[:3])
    for method, target, body in (
        ("GET", chat, None),
        ("PATCH", chat, {"title": "mine"}),
        ("DELETE", chat, None),
        ("GET", f"{chat}/messages", None),
        ("POST", f"{chat}/messages", {"question": QUESTION}),
        ("GET", path, None),
        ("GET", f"{path}/prompt", None),
        ("POST", f"{path}/stop", None),
        ("POST", f"{path}/again", None),
        ("POST", f"{path}/feedback", {"rating": "up"}),
    ):
        authorizer = {"principalId": "user_2", "expires_at": "9999999999", "role": role}
        answer = call("chats", method, target, body, authorizer=authorizer)
        assert (answer.status, answer.body["errors"][0]["field"]) == (404, "id")
    assert ask_for("GET", "/chats", subject="user_2").body["chats"] == []
    assert ask_for("GET", path).body["status"] == "complete"


def test_who_is_not_known_has_no_chats() -> None:
    assert call("chats", "GET", "/chats", authorizer={"role": "viewer"}).status == 401


def test_nothing_of_a_question_or_an_answer_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    path, answer = answered("Where are the tide tables kept?", title="Titlexyzzy")
    assert answer.body["status"] == "complete"
    ask_for("POST", f"{path}/feedback", {"rating": "down", "comment": "Commentxyzzy"})
    ask_for("POST", f"{path}/stop")
    ask_for("POST", f"{path}/again")
    ask_for("POST", f"{path}/feedback", {"rating": "xyzzy"})
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "the task ended" in logged
    for said in ("xyzzy", "tide tables", "blue cabinet", "user_1"):
        assert said not in logged


def test_a_failed_answer_can_be_asked_for_again() -> None:
    chat = open_chat()
    message = ask_for("POST", f"/chats/{chat}/messages", {"question": QUESTION}).body["message_id"]
    path = f"/chats/{chat}/messages/{message}"
    busy = ask_for("POST", f"/chats/{chat}/messages", {"question": QUESTION})
    assert (busy.status, busy.body["errors"][0]["field"]) == (409, "id")
    event = {"owner": owner_of("user_1"), "chat_id": chat, "message_id": message, "attempt": 1}
    assert load("store").handler({**event, "error": "GeneratorUnavailable"}, LambdaContext()) == {"status": "failed"}
    failed = ask_for("GET", path).body
    assert (failed["status"], failed["error"]["type"]) == ("failed", "GeneratorUnavailable")
    assert ask_for("POST", f"{path}/again").status == 202
    assert run(chat, message, attempt=2) == {"status": "complete"}
    assert ask_for("GET", path).body["attempt"] == 2


def test_a_message_of_another_chat_is_not_of_this_one() -> None:
    path, _ = answered()
    other = open_chat()
    for method, ending, body in (
        ("GET", "", None),
        ("GET", "/prompt", None),
        ("POST", "/stop", None),
        ("POST", "/again", None),
        ("POST", "/feedback", {"rating": "up"}),
    ):
        answer = ask_for(method, f"/chats/{other}/messages/000001{ending}", body)
        assert (answer.status, answer.body["errors"][0]["field"]) == (404, "message_id")
    assert ask_for("GET", path).body["status"] == "complete"


def test_of_two_questions_at_once_in_a_chat_one_is_kept() -> None:
    chat_id = open_chat()
    table = dependencies.chats()
    read = table.chat(owner_of("user_1"), chat_id)
    assert read is not None
    assert ask_for("POST", f"/chats/{chat_id}/messages", {"question": "Faster?"}).status == 202
    asked = table.message(owner_of("user_1"), chat_id, "000001")
    assert asked is not None
    slower = read.model_copy(update={"revision": read.revision + 1, "serial": 1})
    assert not table.ask(slower, read, asked.model_copy(update={"question": "Slower?"}))
    found = ask_for("GET", f"/chats/{chat_id}/messages").body["messages"]
    assert [message["question"] for message in found] == ["Faster?"]


def test_stopping_what_has_ended_is_refused_and_changes_nothing() -> None:
    path, before = answered()
    stopped = ask_for("POST", f"{path}/stop")
    assert (stopped.status, stopped.body["errors"][0]["field"]) == (409, "message_id")
    assert ask_for("GET", path).body == before.body


def test_chats_are_listed_page_by_page_the_last_active_first() -> None:
    chats = [open_chat(title=f"chat {number}") for number in range(5)]
    ask_for("POST", f"/chats/{chats[0]}/messages", {"question": QUESTION})
    found, cursor = [], None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = ask_for("GET", "/chats", query=query).body
        found += [chat["chat_id"] for chat in page["chats"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == [chats[0], *chats[:0:-1]]
    for wrong in ("x", "W10=", "eyJhIjoxfQ==", "WyJhIiwgIm1lc3NhZ2UjeCJd"):
        assert ask_for("GET", "/chats", query={"cursor": wrong}).status == 400


def test_chats_are_searched_by_title_page_by_page() -> None:
    titles = [f"Tide {number}" if number % 2 else f"Boat {number}" for number in range(7)]
    for title in titles:
        open_chat(title=title)
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        query = {"limit": "2", "title": "TIDE", **({"cursor": cursor} if cursor else {})}
        page = ask_for("GET", "/chats", query=query).body
        assert len(page["chats"]) <= 2
        found += [chat["title"] for chat in page["chats"]]
        cursor, pages = page["next_cursor"], pages + 1
    assert (found, pages) == (["Tide 5", "Tide 3", "Tide 1"], 2)
    assert ask_for("GET", "/chats", query={"title": "tide"}, subject="user_2").body["chats"] == []
    for wrong in ("", "  ", "x" * 201, "a\0"):
        refused = ask_for("GET", "/chats", query={"title": wrong})
        assert (refused.status, refused.body["errors"][0]["field"]) == (422, "title")


def test_messages_are_listed_page_by_page_in_their_order() -> None:
    chat = open_chat()
    for number in range(3):
        asked = ask_for("POST", f"/chats/{chat}/messages", {"question": f"What is {number}?"})
        ask_for("POST", f"/chats/{chat}/messages/{asked.body['message_id']}/stop")
    first = ask_for("GET", f"/chats/{chat}/messages", query={"limit": "2"}).body
    rest = ask_for("GET", f"/chats/{chat}/messages", query={"limit": "2", "cursor": first["next_cursor"]}).body
    questions = [message["question"] for page in (first, rest) for message in page["messages"]]
    assert questions == ["What is 0?", "What is 1?", "What is 2?"]
    assert rest["next_cursor"] is None


def test_a_deleted_chat_leaves_nothing_in_the_table() -> None:
    path, _ = answered()
    chat = "/".join(path.split("/")[:3])
    assert ask_for("DELETE", chat).status == 200
    assert ask_for("GET", path).status == 404
    left = boto3.client("dynamodb", region_name=REGION).scan(TableName="chats")["Items"]
    # How much its owner has asked is counted all the same.
    assert [item for item in left if not item["owner"]["S"].startswith("usage#")] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"question": ""}, "question"),
        ({"question": " \n"}, "question"),
        ({"question": "a\u0000b"}, "question"),
        ({"question": "x" * 8193}, "question"),
        ({"question": "x" * 100_000}, "question"),
        ({"question": ["x"]}, "question"),
        ({"question": None}, "question"),
        ({}, "question"),
        ({"question": "x", "folder": "/"}, "folder"),
    ],
)
def test_what_is_no_question_is_refused(body: dict[str, object], field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BODY_MAX_BYTES", "1000000")
    forget()
    answer = ask_for("POST", f"/chats/{open_chat()}/messages", body)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, field)


def test_a_question_of_8192_characters_is_answered() -> None:
    _, answer = answered("Where are the tide tables kept? " * 256)
    assert answer.body["status"] in ("complete", "no_answer")


def test_the_run_of_a_deletion_erases_the_answers_that_rest_on_the_document() -> None:
    path, _ = answered()
    other, before = answered("When are boats let by the hour?", folder="/hire")
    delete("tides")
    settle_deletion("tides", 2)
    withheld = ask_for("GET", path).body
    assert (withheld["status"], withheld["citations"]) == ("withheld", [])
    [place] = [
        each
        for each in call("documents", "GET", "/documents/tides/removal").body["places"]
        if each["place"] == "answers"
    ]
    assert place["state"] == "removed"
    kept = dependencies.chats().message(owner_of("user_1"), *path.split("/")[2::2])
    assert kept is not None
    assert (kept.parts, kept.references, kept.question) == ((), (), QUESTION)
    assert ask_for("GET", other).body == before.body
    assert dependencies.chats().resting_on("tides", 2) == []
    settle_deletion("tides", 2)  # again
    # It can be asked again, and rests on other documents then.
    assert ask_for("POST", f"{path}/again").status == 202
    _, _, chat, _, message = path.split("/")
    run(chat, message, attempt=2)
    assert ask_for("GET", path).body["status"] in ("complete", "no_answer")


def test_an_answer_that_is_being_made_of_what_is_deleted_writes_nothing_more() -> None:
    chat = open_chat()
    message = ask_for("POST", f"/chats/{chat}/messages", {"question": QUESTION}).body["message_id"]
    event = {"owner": owner_of("user_1"), "chat_id": chat, "message_id": message, "attempt": 1}
    load("retrieve").handler(event, LambdaContext())
    delete("tides")
    settle_deletion("tides", 2)
    with pytest.raises(AnswerOvertaken):
        load("generate").handler(event, LambdaContext())
    assert ask_for("GET", f"/chats/{chat}/messages/{message}").body["status"] == "withheld"


def test_what_rests_on_a_newer_version_is_not_erased() -> None:
    delete("tides")
    publish("tides", TIDES, "/harbour", version=3)
    path, before = answered()
    settle_deletion("tides", 2)  # which is late
    assert ask_for("GET", path).body == before.body
    [place] = dependencies.chats().resting_on("tides", 4)
    dependencies.chats().forget_rest("tides", 2, place)
    assert dependencies.chats().resting_on("tides", 4) == [place]
