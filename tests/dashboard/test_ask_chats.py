"""Chats: found by title, renamed, limited, taken away as a file, deleted."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from bloomweaver.auth.roles import Role
from tests.dashboard import library
from tests.dashboard.asking import (
    CHAT,
    QUESTION,
    SENTENCE,
    TEXT,
    a_chat,
    an_answer,
    answered,
    ask,
    citation,
    given,
    made_up,
    message,
    question_box,
)
from tests.dashboard.conftest import SignedIn
from tests.e2e.running_stack import RunningStack


@pytest.fixture
def question(doc_hash: str) -> str:
    """A question that no other test asks."""
    return f"Who keeps {doc_hash}?"


@pytest.fixture
def asked(signed_in: SignedIn, question: str) -> Page:
    """A chat with that question."""
    page = signed_in(Role.EDITOR, "/ask?folder=/tests/nothing-there")
    ask(page, question)
    answered(page, question)
    return page


def test_chats_are_found_renamed_and_deleted(asked: Page, signed_in: SignedIn, question: str, doc_hash: str) -> None:
    chats = asked.get_by_role("complementary", name="Chats")
    expect(chats.get_by_role("link", name=question)).to_have_attribute("aria-current", "page")
    asked.get_by_role("button", name="Rename the chat").click()
    title = asked.get_by_role("textbox", name="Title")
    expect(title).to_be_focused()
    title.fill(f"Keepers of {doc_hash}")
    asked.keyboard.press("Enter")
    expect(asked.get_by_role("heading", name=f"Keepers of {doc_hash}", level=1)).to_be_visible()
    expect(chats.get_by_role("link", name=f"Keepers of {doc_hash}")).to_be_visible()

    other = signed_in(Role.EDITOR, "/ask")
    listed = other.get_by_role("complementary", name="Chats")
    listed.get_by_role("searchbox", name="Search chats by title").fill(f"{doc_hash.upper()} keep")
    expect(listed.get_by_role("listitem")).to_have_count(1)
    listed.get_by_role("link", name=f"Keepers of {doc_hash}").click()
    expect(answered(other, question)).to_be_visible()
    # What was searched for stays beside the chat.
    expect(listed.get_by_role("searchbox")).to_have_value(f"{doc_hash.upper()} keep")

    asked.get_by_role("button", name="Delete the chat").click()
    asked.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(answered(asked, question)).to_be_visible()
    asked.get_by_role("button", name="Delete the chat").click()
    asked.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(asked.get_by_role("heading", name="New chat")).to_be_visible()
    expect(chats.get_by_role("link", name=f"Keepers of {doc_hash}")).to_have_count(0)
    expect(other.get_by_role("heading", name="There is no such chat")).to_be_visible()


def test_a_chat_is_taken_away_as_markdown(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    text = "**Under** the mat. [1] ![x](https://evil.example/x) <img src=x>"
    cited = citation(at=[19])
    superseded = citation(2, state="superseded", title=None, heading=None, quote=None, doc_hash="old")
    made_up(
        page,
        an_answer(text=text, generator="openai", citations=[cited, superseded]),
        an_answer(2, question="# <b>Second</b>?", status="no_answer"),
        title="Keys & ![locks]",
        folder="/handbook",
        filter={"lang": {"$eq": "en"}},
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="Export the chat as Markdown").click()
    assert download.value.suggested_filename == "keys-locks.md"
    written = download.value.path().read_text()
    assert "# Keys \\& \\!\\[locks\\]" in written
    assert "/handbook, where lang is en" in written
    assert "**Under** the mat. \\[1\\] !\\[x](https://evil.example/x) \\<img src=x>" in written
    assert "## \\# \\<b\\>Second" in written
    assert "The documents do not say." in written
    assert "/documents/handbook-keys?version=1&passage=v000001-00000>" in written
    assert "old, version 1, replaced since" in written


def test_an_answer_is_copied_with_its_sources(signed_in: SignedIn, url: str) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    made_up(page, an_answer(text="Under the mat. [1]", citations=[citation(at=[15])]))
    page.get_by_role("button", name="Copy with sources").click()
    expect(page.get_by_text("The answer is copied, with its sources")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == (
        "Under the mat. [1]\n\n"
        f"[1] Keys, Keys > Who asks, version 1, {url}/documents/handbook-keys?version=1&passage=v000001-00000"
    )


def test_a_chat_is_limited_to_a_folder_and_by_metadata(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    folder = f"/tests/{doc_hash}"
    stand.index(doc_hash, TEXT, title="Of 1911", folder=folder, metadata={"year": 1911, "keeper": doc_hash})
    other = f"{doc_hash}-2"
    stand.index(other, TEXT.replace("green", "red"), title="Of 1920", folder=folder, metadata={"year": 1920})
    library.listed(stand.api, folder, 2)
    page = signed_in(Role.VIEWER, "/ask")
    expect(page.get_by_text("Answers come from all documents")).to_be_visible()
    page.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog", name="Where answers are looked for")
    dialog.get_by_role("combobox", name="In the folder").fill(folder)
    dialog.get_by_role("textbox", name="Name").fill("year")
    dialog.get_by_role("combobox", name="Kind").select_option("number")
    dialog.get_by_role("textbox", name="Value").fill("a year")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("This is no number.")).to_be_visible()
    dialog.get_by_role("textbox", name="Value").fill("1911")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Answers come from {folder}, where year is 1911")).to_be_visible()
    ask(page, QUESTION)
    answer = answered(page, QUESTION)
    expect(answer).to_contain_text(SENTENCE)
    expect(answer).not_to_contain_text("red")
    expect(page.get_by_text(f"Answers come from {folder}, where year is 1911")).to_be_visible()

    # What is asked from now on is looked for elsewhere.
    page.get_by_role("button", name="Change").click()
    dialog.get_by_label("How year is compared").select_option("at least")
    dialog.get_by_role("button", name="Remove the condition on year").click()
    dialog.get_by_role("textbox", name="Name").fill("year")
    dialog.get_by_role("combobox", name="Kind").select_option("number")
    dialog.get_by_role("textbox", name="Value").fill("1920")
    dialog.get_by_role("button", name="Add").click()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"{folder}, where year is 1920")).to_be_visible()
    page.reload()
    expect(page.get_by_text(f"{folder}, where year is 1920")).to_be_visible()
    page.get_by_role("button", name="Ask again").click()
    expect(answered(page, QUESTION)).to_contain_text("painted red")


def test_a_search_leads_to_a_chat_of_the_same_documents(
    signed_in: SignedIn, stand: RunningStack, doc_hash: str
) -> None:
    stand.index(doc_hash, TEXT, folder=f"/tests/{doc_hash}", metadata={"keeper": doc_hash})
    page = signed_in(Role.VIEWER, f"/search?q=lighthouse&folder=/tests/{doc_hash}")
    page.get_by_role("button", name=f"keeper {doc_hash}").click()
    page.get_by_role("link", name="Ask these documents").click()
    expect(page.get_by_text(f"Answers come from /tests/{doc_hash}, where keeper is {doc_hash}")).to_be_visible()
    ask(page, QUESTION)
    expect(answered(page, QUESTION)).to_contain_text(SENTENCE)


def test_a_filter_that_was_made_elsewhere_is_shown_as_it_is(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    made_up(page, filter={"$or": [{"lang": "en"}, {"lang": "de"}]})
    expect(page.get_by_text('all documents, where {"$or":[{"lang":"en"},{"lang":"de"}]}')).to_be_visible()
    sent: list[object] = []

    def patched(route: Route) -> None:
        if route.request.method != "PATCH":
            return route.fallback()
        sent.append(route.request.post_data_json)
        return route.fulfill(json=a_chat(folder="/handbook"))

    page.route(f"**/api/chats/{CHAT}", patched)
    page.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="In the folder").fill("handbook")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Change").click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    # It stays as it is, unless somebody takes it away.
    assert sent[0] == {"folder": "/handbook", "filter": {"$or": [{"lang": "en"}, {"lang": "de"}]}}
    assert sent[1] == {"folder": "/handbook", "filter": None}


def test_older_chats_are_loaded(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    pages = {"": ("Newest", "a"), "a": ("Oldest <b>one</b>", None)}

    def chats(route: Route) -> None:
        title, cursor = pages[queried(route, "cursor")]
        chat = a_chat(title=title, chat_id=title[:1].lower() * 32)
        route.fulfill(json={"chats": [chat], "next_cursor": cursor})

    page.route("**/api/chats?*", chats)
    page.goto("/ask")
    listed = page.get_by_role("complementary", name="Chats")
    expect(listed.get_by_role("listitem")).to_have_count(1)
    listed.get_by_role("button", name="More chats").click()
    expect(listed.get_by_role("listitem")).to_have_count(2)
    expect(listed.get_by_role("link", name="Oldest <b>one</b>")).to_be_visible()


def test_a_search_goes_on_over_pages_that_have_nothing(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    asked: list[str] = []
    cursors = {"": "a", "a": "b", "b": None}

    def chats(route: Route) -> None:
        title, cursor = queried(route, "title"), queried(route, "cursor")
        if title:
            asked.append(title)
        found = [a_chat(title="The oldest one", chat_id="b" * 32)] if cursor == "b" or not title else []
        route.fulfill(json={"chats": found, "next_cursor": cursors[cursor] if title == "oldest" else None})

    page.route("**/api/chats?*", chats)
    page.goto("/ask")
    listed = page.get_by_role("complementary", name="Chats")
    search = listed.get_by_role("searchbox", name="Search chats by title")
    search.press_sequentially("oldest")
    expect(listed.get_by_text("1 chat found")).to_be_visible()
    expect(listed.get_by_role("link", name="The oldest one")).to_be_visible()
    # Not each letter is asked for.
    assert len(set(asked)) < len("oldest")
    assert asked[-3:] == ["oldest"] * 3
    search.fill("nothing")
    expect(listed.get_by_text("No chat is found")).to_be_visible()
    search.fill("")
    expect(listed.get_by_role("listitem")).to_have_count(1)


def queried(route: Route, name: str) -> str:
    """What a request asks with."""
    return parse_qs(urlsplit(route.request.url).query).get(name, [""])[0]


def test_what_is_done_in_one_window_is_seen_in_the_other(
    asked: Page, signed_in: SignedIn, question: str, doc_hash: str
) -> None:
    other = signed_in(Role.EDITOR, asked.url)
    # It learns of nothing by the clock.
    other.route(re.compile(r"/api/changes"), lambda route: route.abort())
    expect(answered(other, question)).to_be_visible()
    for page in (asked, other):
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
    second = f"Since when does anybody keep {doc_hash}?"
    ask(asked, second)
    expect(message(other, second)).to_be_visible()
    expect(answered(other, second)).to_contain_text("The documents do not say.")

    message(asked, second).get_by_role("button", name="Not helpful").click()
    rated = message(other, second).get_by_role("button", name="Not helpful")
    expect(rated).to_have_attribute("aria-pressed", "true")

    asked.get_by_role("button", name="Rename the chat").click()
    asked.get_by_role("textbox", name="Title").fill(f"Keepers of {doc_hash}")
    asked.keyboard.press("Enter")
    expect(other.get_by_role("heading", name=f"Keepers of {doc_hash}", level=1)).to_be_visible()
    listed = other.get_by_role("complementary", name="Chats").get_by_role("link", name=f"Keepers of {doc_hash}")
    expect(listed).to_be_visible()

    asked.get_by_role("button", name="Delete the chat").click()
    asked.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(other.get_by_role("heading", name="There is no such chat")).to_be_visible()
    expect(listed).to_have_count(0)


def test_a_chat_that_is_begun_elsewhere_is_listed(signed_in: SignedIn, doc_hash: str) -> None:
    listed = signed_in(Role.EDITOR, "/ask")
    expect(listed.get_by_text("Live", exact=True)).to_be_visible()
    page = signed_in(Role.EDITOR, "/ask?folder=/tests/nothing-there")
    ask(page, f"Who counts {doc_hash}?")
    expect(
        listed.get_by_role("complementary", name="Chats").get_by_role("link", name=f"Who counts {doc_hash}?")
    ).to_be_visible()


def test_a_long_chat_is_shown_to_its_end(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")

    def messages(route: Route) -> None:
        start = 50 if "cursor=000050" in route.request.url else 0
        found = [an_answer(start + n, question=f"Question {start + n}", text="Yes.\n" * 5) for n in range(1, 51)]
        route.fulfill(json={"messages": found, "next_cursor": "000050" if start == 0 else None})

    given(page)
    page.route(f"**/api/chats/{CHAT}/messages?*", messages)
    page.goto(f"/ask/{CHAT}")
    expect(page.get_by_role("article")).to_have_count(100)
    expect(page.get_by_role("article", name="Question 100")).to_be_in_viewport()
    # Who reads further up is back there after a look elsewhere.
    page.get_by_role("article", name="Question 20", exact=True).scroll_into_view_if_needed()
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Search").click()
    page.go_back()
    expect(page.get_by_role("article", name="Question 20", exact=True)).to_be_in_viewport()
    expect(question_box(page)).to_be_visible()
