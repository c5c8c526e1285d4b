"""What is said where no answer can be had: limits, a service that is gone, a session that ended, failed answers."""

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from bloomweaver.auth.roles import Role
from tests.dashboard.asking import CHAT, an_answer, ask, citation, made_up, message, question_box
from tests.dashboard.conftest import SignedIn

WHERE = "Where are the keys?"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"status": "running", "generator": None, "ended_at": None}, "Passages that answer it are looked for."),
        ({"status": "running", "text": "Under", "ended_at": None}, "The answer is being written."),
        (
            {
                "status": "incomplete",
                "text": "Under the",
                "error": {"type": "GeneratorEndedEarly", "message": "the answer broke off without an end"},
            },
            "This is not the whole answer: the answer broke off without an end. What was written is kept.",
        ),
        (
            {
                "status": "failed",
                "error": {
                    "type": "GeneratorOverloaded",
                    "message": "what writes answers has too much to do; ask again",
                },
            },
            "There is no answer: what writes answers has too much to do; ask again.",
        ),
        (
            {
                "status": "withheld",
                "citations": [citation(state="withdrawn", title=None, heading=None, quote=None)],
                "error": {"type": "Withheld", "message": "a document was deleted; ask again"},
            },
            "A document that this answer was made from was deleted",
        ),
        ({"status": "no_answer", "text": "The documents do not say."}, "Ask in other words"),
    ],
)
def test_how_an_answer_stands_is_said_in_words(signed_in: SignedIn, given: dict[str, Any], words: str) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    made_up(page, an_answer(**given))
    found = message(page, WHERE)
    expect(found).to_contain_text(words)
    expect(found).to_contain_text(given.get("text", ""))
    running = given["status"] == "running"
    expect(found.get_by_role("button", name="Stop")).to_have_count(1 if running else 0)
    expect(found.get_by_role("button", name="Ask again")).to_have_count(0 if running else 1)


def test_who_asked_too_often_is_told_when_to_come_again(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    made_up(page)
    problem = {"title": "Too Many Requests", "status": 429, "detail": "you have asked too often"}
    problem |= {
        "errors": [{"field": "questions_per_minute", "detail": "you have asked the 10 questions of this minute"}]
    }

    def refused(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=429, headers={"Retry-After": "42"}, json=problem)
        else:
            route.fallback()

    page.route(f"**/api/chats/{CHAT}/messages", refused)
    ask(page, WHERE)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("No more may be asked for now: you have asked the 10 questions of this minute.")
    expect(alert).to_contain_text("You may ask again in 4")
    expect(question_box(page)).to_have_value(WHERE)


def test_a_chat_whose_first_question_is_refused_is_begun_once(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/ask")
    begun: list[str] = []

    def begin(route: Route) -> None:
        if route.request.method != "POST":
            return route.fallback()
        begun.append(route.request.url)
        return route.fulfill(status=201, json={"chat_id": CHAT})

    page.route("**/api/chats", begin)
    made_up_routes = f"**/api/chats/{CHAT}"
    page.route(made_up_routes, lambda route: route.fulfill(json={}))
    page.route(f"{made_up_routes}/messages", lambda route: route.fulfill(status=429, json={"detail": "too often"}))
    for _ in range(2):
        ask(page, WHERE)
        expect(page.get_by_role("alert")).to_contain_text("too often")
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
    assert len(begun) == 1
    expect(question_box(page)).to_have_value(WHERE)


def test_a_question_that_is_too_long_or_blank_is_not_sent(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/ask")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    expect(page.get_by_text("At most 8,192 characters.")).to_be_visible()
    sent.clear()
    for text, words in (
        (" \n ", "At most 8,192"),
        ("a" * 8193, "1 character too many"),
        ("a" * 8192, "0 characters left"),
    ):
        question_box(page).fill(text)
        expect(page.get_by_text(words)).to_be_visible()
        if len(text) != 8192:
            expect(page.get_by_role("button", name="Ask", exact=True)).to_be_disabled()
            question_box(page).press("Enter")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
    assert [each for each in sent if "/chats" in each] == []


def test_a_session_that_ends_keeps_the_question_and_asks_it_then(signed_in: SignedIn) -> None:
    page = signed_in(Role.EDITOR, "/ask?folder=/tests/nothing-there")
    question_box(page).fill(WHERE)
    page.context.request.get("/issuer/sign-out")
    page.route("**/api/chats", lambda route: route.fulfill(status=401, json={"message": "Unauthorized"}), times=1)
    question_box(page).press("Enter")
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    expect(question_box(page)).to_have_value(WHERE)
    with page.expect_popup() as popup:
        dialog.get_by_role("button", name="Sign in again").click()
    popup.value.get_by_role("button", name="Editor").click()
    expect(dialog).to_be_hidden()
    expect(message(page, WHERE)).to_contain_text("The documents do not say.", timeout=60_000)


def test_a_question_stays_while_one_looks_elsewhere(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/ask")
    question_box(page).fill("Half a quest")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Search").click()
    page.go_back()
    expect(question_box(page)).to_have_value("Half a quest")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])")
    assert "Half" not in kept


def test_a_service_that_is_gone_is_told_and_nothing_is_lost(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    made_up(page, an_answer(status="running", text="Under", ended_at=None))
    expect(message(page, WHERE)).to_contain_text("Under")

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/api/**", cut)
    expect(message(page, WHERE)).to_contain_text("It cannot be read at the moment.")
    expect(message(page, WHERE)).to_contain_text("Under")
    message(page, WHERE).get_by_role("button", name="Stop").click()
    expect(page.get_by_role("list", name="Messages").get_by_role("alert")).to_contain_text(
        "The service cannot be reached"
    )
    page.unroute("**/api/**", cut)
    expect(page.get_by_text("It cannot be read at the moment.")).to_have_count(0)


@pytest.mark.parametrize("path", [f"/ask/{CHAT}", "/ask"])
def test_chats_that_cannot_be_read_are_told_and_read_again(signed_in: SignedIn, path: str) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")

    def broken(route: Route) -> None:
        route.fulfill(status=500, json={"detail": "it fell over <b>"})

    page.route("**/api/chats**", broken)
    page.goto(path)
    expect(page.get_by_role("alert").first).to_contain_text("it fell over <b>")
    page.unroute_all()
    # All at once: the list of chats is read again by itself too, when live messages connect.
    page.get_by_role("button", name="Try again").evaluate_all("buttons => buttons.forEach((each) => each.click())")
    expect(page.get_by_role("alert")).to_have_count(0)
