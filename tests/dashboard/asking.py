"""The page that asks, as hands use it; and answers that the API is made to give, for what takes a stack too long."""

from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

CHAT = "c0ffee" + "0" * 26
"""A chat that is made up."""
ANSWERED_MILLISECONDS = 60_000
SENTENCE = "The lighthouse of Kap Brunne was painted green in the spring of 1911."
QUESTION = "When was the lighthouse of Kap Brunne painted green?"
UNANSWERED = "Which team won the world cup in 1990?"
TEXT = f"{SENTENCE} The keeper kept bees.\n\nBoats are for hire on Mondays. A boat costs nine crowns a day.\n"
_AT = "2026-01-15T09:20:07.482911+00:00"


def question_box(page: Page) -> Locator:
    """Where a question is typed."""
    return page.get_by_role("textbox", name="Question", exact=True)


def ask(page: Page, question: str) -> None:
    """Type a question, and ask it."""
    question_box(page).fill(question)
    question_box(page).press("Enter")


def message(page: Page, question: str) -> Locator:
    """The question with its answer."""
    return page.get_by_role("article", name=question, exact=True)


def answered(page: Page, question: str) -> Locator:
    """The question, once its answer has ended."""
    found = message(page, question)
    expect(found.get_by_role("button", name="Ask again")).to_be_enabled(timeout=ANSWERED_MILLISECONDS)
    return found


def citation(number: int = 1, **given: Any) -> dict[str, Any]:
    """A citation, as the API gives it."""
    return {
        "number": number,
        "doc_hash": "handbook-keys",
        "version": 1,
        "chunk_id": "v000001-00000",
        "state": "current",
        "title": "Keys",
        "heading": "Keys > Who asks",
        "quote": "Visitors ask for keys at the desk.",
        "at": [],
        **given,
    }


def an_answer(number: int = 1, **given: Any) -> dict[str, Any]:
    """A message of the made-up chat, as the API gives it."""
    return {
        "chat_id": CHAT,
        "message_id": f"{number:06}",
        "status": "complete",
        "question": "Where are the keys?",
        "text": "",
        "citations": [],
        "rests_on_superseded": False,
        "generator": "extractive",
        "attempt": 1,
        "used": None,
        "error": None,
        "feedback": None,
        "asked_at": _AT,
        "started_at": _AT,
        "ended_at": _AT,
        **given,
    }


def a_prompt(*messages: dict[str, str], **given: Any) -> dict[str, Any]:
    """What an answer of the made-up chat was made from, as the API gives it."""
    current = {"key": "ref-k3m9qa", "chunk_id": "v000001-00000", "version": 1, "doc_hash": "handbook-keys"}
    return {
        "chat_id": CHAT,
        "message_id": "000001",
        "generator": "openai",
        "messages": list(messages),
        "passages": [
            {**current, "state": "current", "title": "Keys"},
            {**current, "key": "ref-b81xzt", "doc_hash": "notes", "state": "superseded", "title": None},
        ],
        "whole": False,
        **given,
    }


def a_chat(**given: Any) -> dict[str, Any]:
    """The made-up chat, as the API gives it."""
    times = {"created_at": _AT, "active_at": _AT}
    return {"chat_id": CHAT, "title": "Keys", "folder": None, "filter": None, "messages": 1, **times, **given}


def given(page: Page, *messages: dict[str, Any], **chat: Any) -> None:
    """Have the API give the made-up chat with these messages."""
    page.route(f"**/api/chats/{CHAT}", lambda route: route.fulfill(json=a_chat(**chat)))
    page.route(
        f"**/api/chats/{CHAT}/messages?*",
        lambda route: route.fulfill(json={"messages": list(messages), "next_cursor": None}),
    )

    def one(route: Route) -> None:
        wanted = route.request.url.rsplit("/", 1)[-1]
        found = [each for each in messages if each["message_id"] == wanted]
        if found:
            route.fulfill(json=found[0])
        else:
            route.fulfill(status=404, json={"detail": "the chat has no such message"})

    page.route(f"**/api/chats/{CHAT}/messages/*", one)


def made_up(page: Page, *messages: dict[str, Any], **chat: Any) -> None:
    """Have the API give the made-up chat with these messages, and open it."""
    given(page, *messages, **chat)
    page.goto(f"/ask/{CHAT}")
