"""`bloomweaver ask`: an answer as it comes, where it is from, and what is said where there is none."""

from typing import Any

import pytest

from bloomweaver.chats.answers import ShownMessage
from cli.commands import ask
from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi, problem

CHAT = "0" * 32
AT = "2026-01-01T00:00:00.000000+00:00"
MESSAGES = f"/v1/chats/{CHAT}/messages"


def message(status: str, text: str = "", **more: Any) -> dict[str, Any]:
    """The body of an answer to GET /chats/{id}/messages/{message_id}."""
    whole = ShownMessage.model_validate(
        {
            "chat_id": CHAT,
            "message_id": "000001",
            "status": status,
            "question": "Where?",
            "text": text,
            "citations": [],
            "rests_on_superseded": False,
            "generator": "extractive",
            "attempt": 1,
            "used": None,
            "error": None,
            "feedback": None,
            "asked_at": AT,
            "started_at": AT,
            "ended_at": None,
            **more,
        }
    )
    return whole.model_dump(mode="json")


def citation(number: int, **more: Any) -> dict[str, Any]:
    """A passage that is cited."""
    place = {"doc_hash": f"doc-{number}", "version": 2, "chunk_id": "c", "state": "current", "at": [0]}
    return {"number": number, **place, **more}


@pytest.fixture
def answers(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has the API answer a question with these messages, one after the other."""
    monkeypatch.setattr(ask, "PAUSE_SECONDS", 0.0)

    def say(*messages: dict[str, Any]) -> None:
        api.scripted["POST /v1/chats"].append(Answer(201, {"chat_id": CHAT}))
        api.scripted[f"POST {MESSAGES}"].append(Answer(202, {"chat_id": CHAT, "message_id": "000001"}))
        for each in messages:
            api.scripted[f"GET {MESSAGES}/000001"].append(Answer(200, each))

    return say


def test_an_answer_is_printed_as_it_comes_with_where_it_is_from(on_api: Command, api: FakeApi, answers: Any) -> None:
    cited = [citation(1, title="Tides", heading="Where"), citation(2, state="superseded")]
    text = "In the [red]cabinet[/red] [1], or not [2]."
    answers(message("running"), message("running", text[:7]), message("complete", text, citations=cited))
    run = on_api("ask", "Where?", "--folder", "/guides", "--filter", "year=2020")
    assert run.exit_code == 0
    assert run.stdout.startswith(f"{text}\n")
    assert run.stdout.count("In the") == 1
    assert "[1] Tides (doc-1), version 2, Where\n[2] doc-2, version 2, superseded\n" in run.stdout
    assert f"--chat {CHAT}" in run.stderr
    assert api.bodies("/v1/chats") == [{"folder": "/guides", "filter": {"year": 2020}}]
    assert api.bodies(MESSAGES) == [{"question": "Where?"}]


def test_a_chat_goes_on(on_api: Command, api: FakeApi, answers: Any) -> None:
    answers(message("complete", "There."))
    assert on_api("ask", "And why?", "--chat", CHAT).exit_code == 0
    assert api.bodies("/v1/chats") == []
    refused = on_api("ask", "And why?", "--chat", CHAT, "--folder", "/guides")
    assert refused.exit_code == 2


def test_that_the_documents_do_not_say_is_an_answer(on_api: Command, answers: Any) -> None:
    answers(message("no_answer", "The documents do not say."))
    run = on_api("ask", "Who?")
    assert (run.exit_code, run.stdout) == (0, "The documents do not say.\n")


@pytest.mark.parametrize("status", ["failed", "incomplete", "withheld"])
def test_what_is_no_whole_answer_is_said_and_fails(on_api: Command, answers: Any, status: str) -> None:
    error = {"type": "GeneratorUnavailable", "message": "it cannot be reached; ask again"}
    answers(message(status, "Half" if status == "incomplete" else "", error=error))
    run = on_api("ask", "Who?")
    assert run.exit_code == 1
    assert f"{status}: it cannot be reached; ask again" in run.stderr


def test_an_answer_that_is_made_anew_is_printed_anew(on_api: Command, answers: Any) -> None:
    answers(message("running", "One thing"), message("running"), message("complete", "Another."))
    run = on_api("ask", "Who?")
    assert run.stdout.endswith("Another.\n")
    assert "made anew" in run.stderr


def test_an_answer_as_json_is_the_apis(on_api: Command, answers: Any) -> None:
    whole = message("complete", "There [1].", citations=[citation(1)])
    answers(message("running", "Th"), whole)
    assert on_api("ask", "Where?", "--json").json() == whole


def test_an_answer_that_is_withheld_shows_nothing_and_says_why(on_api: Command, answers: Any) -> None:
    error = {"type": "Withheld", "message": "a document that this answer was made from was deleted; ask again"}
    answers(message("withheld", citations=[citation(1, state="withdrawn")], error=error))
    run = on_api("ask", "Where?")
    assert (run.exit_code, run.stdout) == (1, "")
    assert "withheld: a document that this answer was made from was deleted; ask again" in " ".join(run.stderr.split())


@pytest.mark.parametrize(
    ("used", "told"),
    [
        ({"tokens_in": 1234, "tokens_out": 56, "cost": 0.00125}, "used 1,234 tokens read and 56 written, $0.0013"),
        ({"tokens_in": 9, "tokens_out": 8, "estimated": True}, "used about 9 tokens read and 8 written\n"),
        ({"tokens_in": 0, "tokens_out": 0, "cost": 0.0}, None),
        (None, None),
    ],
)
def test_what_a_model_used_is_said(on_api: Command, answers: Any, used: Any, told: str | None) -> None:
    answers(message("complete", "There.", used=used))
    run = on_api("ask", "Where?")
    assert told in run.stderr if told else "used" not in run.stderr


@pytest.mark.parametrize("chat", [None, CHAT])
def test_a_limit_is_told_at_once_with_when_there_is_more(on_api: Command, api: FakeApi, chat: str | None) -> None:
    api.scripted["POST /v1/chats"].append(Answer(201, {"chat_id": CHAT}))
    api.scripted[f"DELETE /v1/chats/{CHAT}"].append(Answer(200, {"chat_id": CHAT}))
    limited = problem(429, "you have asked the 30 questions of this minute", "questions_per_minute", retry_after="42")
    api.scripted[f"POST {MESSAGES}"].append(limited)
    run = on_api("ask", "Where?", *(("--chat", chat) if chat else ()))
    assert run.exit_code == 1
    said = " ".join(run.stderr.split())
    assert "you have asked the 30 questions of this minute: ask again in 42 s" in said
    methods = [request.method for request in api.requests]
    assert methods == (["POST"] if chat else ["POST", "POST", "DELETE"]), "a chat of nothing is not left"


def test_a_question_before_it_that_is_not_answered_is_told(on_api: Command, api: FakeApi) -> None:
    api.scripted[f"POST {MESSAGES}"].append(problem(409, "id: the question before is still being answered", "id"))
    run = on_api("ask", "Where?", "--chat", CHAT)
    assert run.exit_code == 1
    assert "still being answered" in run.stderr


def test_a_chat_that_is_not_there_is_told(on_api: Command, api: FakeApi) -> None:
    api.scripted[f"POST {MESSAGES}"].append(problem(404, "id: there is no such chat", "id"))
    run = on_api("ask", "Where?", "--chat", CHAT)
    assert run.exit_code == 1
    assert "there is no such chat" in run.stderr
