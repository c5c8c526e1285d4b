"""Questions and their answers: asked, cited, followed, stopped, and gone when a document is gone."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from bloomweaver.auth.roles import Role
from tests.dashboard import library
from tests.dashboard.asking import (
    QUESTION,
    SENTENCE,
    TEXT,
    UNANSWERED,
    a_prompt,
    an_answer,
    answered,
    ask,
    made_up,
    message,
    question_box,
)
from tests.dashboard.conftest import SignedIn
from tests.e2e.running_stack import RunningStack


@pytest.fixture
def told(stand: RunningStack, doc_hash: str) -> str:
    """A document with something to ask about, alone in a folder."""
    stand.index(doc_hash, TEXT, title=f"Lights of {doc_hash}", folder=f"/tests/{doc_hash}")
    library.listed(stand.api, f"/tests/{doc_hash}", 1)
    return doc_hash


@pytest.fixture
def asked(signed_in: SignedIn, told: str) -> Page:
    """A chat with one question that is answered from that document."""
    page = signed_in(Role.VIEWER, f"/ask?folder=/tests/{told}")
    ask(page, QUESTION)
    expect(answered(page, QUESTION)).to_contain_text(SENTENCE)
    return page


@pytest.mark.parametrize("role", Role)
def test_every_role_asks_and_an_answer_leads_to_its_passage(
    signed_in: SignedIn, stand: RunningStack, told: str, role: Role
) -> None:
    page = signed_in(role, "/documents")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="New chat")).to_be_visible()
    page.goto(f"/ask?folder=/tests/{told}")
    ask(page, QUESTION)
    answer = answered(page, QUESTION)
    expect(answer).to_contain_text(SENTENCE)
    expect(page.get_by_role("heading", name=QUESTION, level=1)).to_be_visible()
    sources = answer.get_by_role("list", name="Sources")
    expect(sources.get_by_role("link", name=f"Lights of {told}").first).to_be_visible()

    answer.get_by_role("link", name=f"Source 1: Lights of {told}").click()
    expect(page.get_by_role("heading", name=f"Lights of {told}", level=1)).to_be_visible()
    expect(page.locator("pre mark")).to_have_text(SENTENCE.rstrip("."))
    expect(page.get_by_role("checkbox", name="Show passages")).to_be_checked()
    place = parse_qs(urlsplit(page.url).query)
    assert (place["version"], place["passage"]) == (["1"], ["v000001-00000"])

    # The address alone leads to the whole passage.
    other = signed_in(Role.VIEWER, page.url)
    expect(other.locator("pre mark")).to_contain_text("The keeper kept bees")
    page.go_back()
    expect(answered(page, QUESTION)).to_contain_text(SENTENCE)


def test_a_passage_of_another_version_is_said_to_be_one(signed_in: SignedIn, stand: RunningStack, told: str) -> None:
    stand.index(told, "Something else.")
    page = signed_in(Role.VIEWER, f"/documents/{told}?version=1&passage=v000001-00000")
    expect(page.get_by_text("The passage that led here is of version 1. Version 2 is shown")).to_be_visible()
    expect(page.locator("pre mark")).to_have_count(0)


def test_a_passage_that_is_not_there_is_said_not_to_be(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/documents/handbook-keys?version=1&passage=v000001-00077")
    expect(page.get_by_text("The passage that led here is not among those that are read here.")).to_be_visible()
    expect(page.locator("pre mark")).to_have_count(0)


def test_what_the_documents_do_not_say_is_no_answer(signed_in: SignedIn, told: str) -> None:
    page = signed_in(Role.VIEWER, f"/ask?folder=/tests/{told}")
    ask(page, UNANSWERED)
    answer = answered(page, UNANSWERED)
    expect(answer).to_contain_text("The documents do not say.")
    expect(answer.get_by_role("list", name="Sources")).to_have_count(0)
    expect(answer.get_by_role("button", name="Copy with sources")).to_have_count(0)


def test_an_answer_goes_on_without_the_page(signed_in: SignedIn, told: str) -> None:
    page = signed_in(Role.VIEWER, f"/ask?folder=/tests/{told}")
    ask(page, QUESTION)
    expect(message(page, QUESTION)).to_be_visible()
    page.reload()
    expect(answered(page, QUESTION)).to_contain_text(SENTENCE)


def test_an_answer_that_is_found_running_is_followed_to_its_end(asked: Page) -> None:
    held = _Held(asked)
    asked.reload()
    found = message(asked, QUESTION)
    expect(found.get_by_role("button", name="Stop")).to_be_visible()
    expect(found).to_contain_text("Writing")
    expect(found).not_to_contain_text(SENTENCE)
    # One question at a time.
    question_box(asked).fill("And the keeper?")
    expect(asked.get_by_role("button", name="Ask", exact=True)).to_be_disabled()
    expect(asked.get_by_text("An answer is being made. Wait for it, or stop it")).to_be_visible()
    held.release()
    expect(answered(asked, QUESTION)).to_contain_text(SENTENCE)
    expect(question_box(asked)).to_have_value("And the keeper?")


class _Held:
    """Has the API say that all answers of a page are still being made, or what they became instead."""

    def __init__(self, page: Page) -> None:
        self.change: dict[str, object] = {"status": "running", "text": "", "citations": [], "ended_at": None}
        page.route(re.compile(r"/api/chats/\w+/messages(/\d{6})?(\?.*)?$"), self._answer)

    def changed(self, shown: dict[str, object]) -> dict[str, object]:
        return shown | self.change

    def release(self) -> None:
        self.change = {}

    def _answer(self, route: Route) -> None:
        if route.request.method != "GET":
            route.fallback()
            return
        body = route.fetch().json()
        if "messages" in body:
            route.fulfill(json=body | {"messages": [self.changed(each) for each in body["messages"]]})
        else:
            route.fulfill(json=self.changed(body))


def test_an_answer_is_stopped_and_asked_for_again(asked: Page) -> None:
    held = _Held(asked)
    asked.reload()
    stopped: dict[str, Any] = {
        "status": "incomplete",
        "text": "The light",
        "error": {"type": "Stopped", "message": "you stopped it"},
    }

    def stop(route: Route) -> None:
        held.change = {"citations": [], **stopped}
        route.fulfill(json=an_answer(chat_id=asked.url.rsplit("/", 1)[-1], question=QUESTION, **stopped))

    asked.route("**/stop", stop)
    found = message(asked, QUESTION)
    found.get_by_role("button", name="Stop").click()
    expect(found).to_contain_text("You stopped it. What was written until then is kept.")
    expect(found).to_contain_text("The light")
    held.release()
    found.get_by_role("button", name="Ask again").click()
    expect(found).to_contain_text(SENTENCE)
    expect(found).not_to_contain_text("You stopped it")


def test_an_answer_that_ended_before_it_was_stopped_is_shown(asked: Page) -> None:
    held = _Held(asked)
    asked.reload()
    stop = message(asked, QUESTION).get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    held.release()
    stop.click()
    expect(answered(asked, QUESTION)).to_contain_text(SENTENCE)
    expect(asked.get_by_role("alert")).to_have_count(0)


def test_two_windows_show_the_same(signed_in: SignedIn, asked: Page) -> None:
    other = signed_in(Role.VIEWER, asked.url)
    expect(answered(other, QUESTION)).to_contain_text(SENTENCE)
    for page in (asked, other):
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
    again = "In which colour was the lighthouse of Kap Brunne painted in the spring of 1911?"
    ask(asked, again)
    for page in (asked, other):
        expect(answered(page, again)).to_contain_text(SENTENCE)


def test_without_live_messages_it_is_asked_for(signed_in: SignedIn, told: str) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    page.route("**/api/live/ticket", lambda route: route.fulfill(status=502, json={"detail": "no ticket"}))
    page.goto(f"/ask?folder=/tests/{told}")
    expect(page.get_by_text("Every 5 s", exact=True)).to_be_visible()
    ask(page, QUESTION)
    expect(answered(page, QUESTION)).to_contain_text(SENTENCE)


def test_a_deleted_document_takes_its_answers_along_in_every_window(
    signed_in: SignedIn, stand: RunningStack, told: str, asked: Page
) -> None:
    other = signed_in(Role.VIEWER, asked.url)
    expect(answered(other, QUESTION)).to_contain_text(SENTENCE)
    for page in (asked, other):
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
    stand.api.submit({"operation": "DELETE", "doc_hash": told})
    for page in (asked, other):
        expect(message(page, QUESTION)).to_contain_text("A document that this answer was made from was deleted")
        expect(page.get_by_text("painted green in the spring")).to_have_count(0)
        expect(message(page, QUESTION).get_by_text("Deleted since").first).to_be_visible()
        expect(page.get_by_role("link", name="Source 1")).to_have_count(0)
    asked.reload()
    expect(message(asked, QUESTION)).to_contain_text("nothing of the answer is shown any more")
    asked.get_by_role("button", name="Ask again").click()
    expect(answered(asked, QUESTION)).to_contain_text("The documents do not say.")


def test_what_was_replaced_is_said_to_be(stand: RunningStack, told: str, asked: Page) -> None:
    expect(asked.get_by_text("Live", exact=True)).to_be_visible()
    stand.index(told, "The lighthouse is white now.")
    found = message(asked, QUESTION)
    expect(found).to_contain_text("has a newer version. Ask again for what it says now.")
    expect(found.get_by_role("list", name="Sources")).to_contain_text("Replaced since")
    expect(asked.get_by_text("painted green in the spring")).to_have_count(0)


def test_updates_on_their_way_are_counted(signed_in: SignedIn, told: str) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    page.route("**/api/documents?*status=queued*", lambda route: _one_document(route, told))
    page.route("**/api/documents?*status=processing*", lambda route: _one_document(route, "another"))
    page.goto(f"/ask?folder=/tests/{told}")
    expect(page.get_by_text("2 updates of these documents are on their way")).to_be_visible()


def _one_document(route: Route, doc_hash: str) -> None:
    assert "folder=%2Ftests" in route.request.url
    documents = [{"doc_hash": doc_hash, "version": 2, "status": "queued"}]
    route.fulfill(json={"documents": documents, "next_cursor": None})


def test_what_an_answer_was_worth_is_kept(asked: Page) -> None:
    asked.get_by_role("button", name="Helpful", exact=True).click()
    expect(asked.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    asked.get_by_role("button", name="Not helpful").click()
    expect(asked.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    asked.reload()
    expect(asked.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(asked.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "false")


def test_what_was_wrong_with_an_answer_is_said_and_kept(asked: Page) -> None:
    asked.get_by_role("button", name="Not helpful").click()
    said = asked.get_by_role("textbox", name="What was wrong with it?")
    said.fill("x" * 2003)
    expect(asked.get_by_text("3 characters too many: a comment has 2,000 at most")).to_be_visible()
    keep = asked.get_by_role("button", name="Save comment")
    expect(keep).to_be_disabled()
    said.fill("It was <b>red</b>.")
    asked.route("**/feedback", lambda route: route.fulfill(status=503, json={"detail": "not now"}))
    keep.click()
    # What was typed is still there, and can be sent once more.
    expect(asked.get_by_role("alert")).to_be_visible()
    expect(said).to_have_value("It was <b>red</b>.")
    asked.unroute("**/feedback")
    keep.click()
    expect(asked.get_by_text("You said: It was <b>red</b>.")).to_be_visible()
    asked.reload()
    expect(asked.get_by_text("You said: It was <b>red</b>.")).to_be_visible()
    # It stays with the rating that it was said of.
    asked.get_by_role("button", name="Not helpful").click()
    expect(asked.get_by_text("That is kept with the answer")).to_be_visible()
    expect(asked.get_by_text("You said: It was <b>red</b>.")).to_be_visible()
    asked.get_by_role("button", name="Edit comment").click()
    expect(said).to_have_value("It was <b>red</b>.")
    said.fill("")
    keep.click()
    expect(asked.get_by_role("button", name="Say what was wrong")).to_be_visible()
    asked.get_by_role("button", name="Helpful", exact=True).click()
    expect(asked.get_by_role("button", name="Say what was wrong")).to_have_count(0)


def test_a_question_is_asked_and_its_passage_opened_by_keyboard_alone(
    signed_in: SignedIn, stand: RunningStack, doc_hash: str
) -> None:
    stand.index(doc_hash, f"The ferryman of {doc_hash} rests at noon.", title=f"Ferry of {doc_hash}")
    page = signed_in(Role.VIEWER, "/documents")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Where to go")).to_be_focused()
    page.keyboard.type("Ask")
    page.keyboard.press("Enter")
    expect(question_box(page)).to_be_focused()
    question = f"When does the ferryman of {doc_hash} rest?"
    page.keyboard.type(question)
    page.keyboard.press("Shift+Enter")
    expect(question_box(page)).to_have_value(f"{question}\n")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    answered(page, question)
    chip = page.get_by_role("link", name=f"Source 1: Ferry of {doc_hash}")
    expect(question_box(page)).to_be_focused()
    # From the question back to the answer.
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if chip.evaluate("chip => chip === document.activeElement"):
            break
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Ferry of {doc_hash}", level=1)).to_be_visible()


def test_what_a_model_was_given_is_shown_on_demand(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    asked: list[str] = []
    given: dict[str, Any] = {"json": a_prompt({"role": "system", "content": "Answer from <b>these</b>."})}

    def prompt(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(**given)

    made_up(
        page, an_answer(text="Under the mat.", generator="openai"), an_answer(2, question="Second?", text="By hand.")
    )
    page.route("**/000001/prompt", prompt)
    expect(message(page, "Where are the keys?")).to_contain_text("Under the mat.")
    # Sentences of the documents are of no model.
    expect(page.get_by_text("What the model was given")).to_have_count(1)
    expect(page.get_by_text("What was looked through")).to_have_count(1)
    assert asked == []
    page.get_by_text("What the model was given").click()
    expect(page.get_by_text("Answer from <b>these</b>.")).to_be_visible()
    expect(page.get_by_text("Not all of it is served any more.")).to_be_visible()
    passages = page.get_by_role("list", name="Passages").get_by_role("listitem")
    expect(passages).to_have_count(2)
    expect(passages.first).to_contain_text("ref-k3m9qa")
    expect(passages.first.get_by_role("link", name="Keys")).to_have_attribute(
        "href", "/documents/handbook-keys?version=1&passage=v000001-00000"
    )
    expect(passages.last).to_contain_text("notes")
    expect(passages.last).to_contain_text("Replaced since")

    for answer, words in (
        ({"status": 409, "json": {}}, "a document of it was deleted"),
        ({"status": 404, "json": {}}, "Nothing is known of what it was made from"),
        ({"json": a_prompt(passages=[])}, "There was no passage."),
    ):
        given = answer
        page.reload()
        page.get_by_text("What the model was given").click()
        expect(page.get_by_text(words)).to_be_visible()


def test_what_was_looked_through_leads_to_its_passages(asked: Page, told: str) -> None:
    asked.get_by_text("What was looked through").click()
    passage = asked.get_by_role("list", name="Passages").get_by_role("link", name=f"Lights of {told}")
    # Without a prompt there are no keys.
    expect(asked.get_by_text("ref-")).to_have_count(0)
    passage.first.click()
    expect(asked.get_by_role("heading", name=f"Lights of {told}", level=1)).to_be_visible()
    expect(asked.locator("pre mark")).to_contain_text(SENTENCE.rstrip("."))


def test_nobody_else_has_the_chat(asked: Page, signed_in: SignedIn, told: str) -> None:
    page = signed_in(Role.ADMIN, asked.url)
    expect(page.get_by_role("heading", name="There is no such chat")).to_be_visible()
    expect(page.get_by_role("complementary", name="Chats").get_by_text(told)).to_have_count(0)
