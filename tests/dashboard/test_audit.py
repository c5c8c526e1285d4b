"""Audit: who asked for which change, chosen, shared by address, and walked by keyboard."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from bloomweaver.auth.roles import Role
from tests.dashboard.conftest import SignedIn
from tests.e2e.running_stack import RUN_SECONDS, RunningStack
from tests.e2e.waiting import wait_for

MANY = 3_000
ROWS_MAX = 120
HOSTILE = '/<img src=x onerror="document.title=1">'


def entry(number: int = 0, **given: Any) -> dict[str, Any]:
    """An entry, as the API gives it."""
    return {
        "id": f"{number:032x}",
        "at": "2026-01-15T03:54:03.595571+00:00",
        "action": "deleteFolder",
        "outcome": "accepted",
        "caller": {"kind": "token", "subject": f"user_{number}", "role": "admin"},
        "source_ip": "192.0.2.7",
        "correlation_id": f"correlation-{number}",
        "doc_hash": None,
        "operation": None,
        "version": None,
        "target": "/drafts",
        "runs": [],
        "status": None,
        "error": None,
        "ended_at": None,
        **given,
    }


def made_up(page: Page, *entries: dict[str, Any]) -> None:
    """The log has these."""
    page.route("**/api/audit?*", lambda route: route.fulfill(json={"entries": entries, "next_cursor": None}))


def test_a_documents_entries_lead_to_it_to_its_run_and_to_who_asked(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    stand.api.edit(indexed, {"title": "The lighthouse"})
    wait_for(lambda: len(stand.api.audit(doc_hash=indexed).entries) == 2, RUN_SECONDS, "both entries are listed")
    subject = stand.api.audit(doc_hash=indexed).entries[0].caller.subject
    page = signed_in(Role.ADMIN, "/audit")
    page.get_by_label(re.compile("^Of")).select_option("A document")
    page.get_by_role("textbox", name="Document").fill(indexed)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/audit\?document={indexed}$"))
    rows = page.get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text(re.compile(f"Accepted.*Edit {indexed} as version 2.*admin.*from 127.0.0.1"))
    expect(rows.nth(1)).to_contain_text(f"New document {indexed} as version 1")

    page.get_by_label("Asked for").select_option("In the last hour")
    expect(page).to_have_url(re.compile("span=hour$"))
    expect(rows).to_have_count(2)
    rows.nth(0).get_by_role("link", name=re.compile("^Run update-")).click()
    expect(page.get_by_role("heading", name=f"Update of {indexed}, version 2", level=1)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("textbox", name="Document")).to_have_value(indexed)
    rows.nth(0).get_by_role("link", name=subject).click()
    expect(page.get_by_role("textbox", name="Subject")).to_have_value(subject or "")
    page.go_back()
    rows.nth(0).focus()
    page.keyboard.press("End")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The lighthouse", level=1)).to_be_visible()


def test_what_was_refused_says_why_and_what_has_no_ending_is_unknown(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    page = signed_in(Role.ADMIN, "/documents")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    run = "folder_change-5e0f2f6d-7a5c-4a4f-8a4b-3f1d2e6c7b80"
    document = {"doc_hash": indexed, "target": None}
    made_up(
        page,
        entry(1, outcome="unknown", target=HOSTILE),
        entry(2, outcome="refused", action="retryDocument", **document, status=409, error="NotFailed"),
        entry(3, caller={"kind": "operation", "subject": run, "role": None}, source_ip=None, **document),
        entry(4, caller={"kind": "nobody", "subject": None, "role": None}, status=401, error="Unauthorized"),
        entry(5, action="redrive", target="s3", runs=[f"redrive-s3-{number}" for number in range(5)]),
    )
    page.goto("/audit")
    rows = page.get_by_role("row")
    expect(rows.nth(0)).to_contain_text(f"Outcome unknown Deletion of a folder {HOSTILE}", use_inner_text=True)
    expect(rows.nth(1)).to_contain_text(f"Retry {indexed}409 NotFailed")
    expect(rows.nth(1).get_by_role("link", name=re.compile("^Run"))).to_have_count(0)
    expect(rows.nth(2)).to_contain_text(f"Deletion with its folder {indexed}")
    expect(rows.nth(2).get_by_role("link", name=run)).to_have_attribute("href", f"/runs/{run}")
    expect(rows.nth(2)).to_contain_text("no address")
    expect(rows.nth(3)).to_contain_text("Nobody who proved anything")
    expect(rows.nth(4)).to_contain_text("and 2 more runs")
    expect(page).to_have_title("Audit - Bloomweaver")
    rows.nth(1).get_by_role("button", name="Copy the correlation id correlation-2").click()
    expect(page.get_by_text("Correlation id copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "correlation-2"


def test_a_long_log_scrolls(signed_in: SignedIn) -> None:
    """The server's pages are made up: what is asked is whether the page bears them, and asks for each once."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        query = parse_qs(urlsplit(route.request.url).query)
        start, limit = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
        asked.append(query.get("cursor", [""])[0])
        after = start + limit
        entries = [entry(number) for number in range(start, after)]
        route.fulfill(json={"entries": entries, "next_cursor": str(after) if after < MANY else None})

    page = signed_in(Role.ADMIN, "/documents")
    page.route("**/api/audit?*", answer)
    page.goto("/audit")
    expect(page.get_by_role("row", name="user_3,")).to_be_visible()
    grid = page.get_by_role("grid", name="Audit log")
    end = page.get_by_text(f"{MANY:,} entries", exact=True)
    while not end.is_visible():
        grid.evaluate("grid => { grid.scrollTop = grid.scrollHeight }")
        assert page.get_by_role("row").count() <= ROWS_MAX
    assert len(asked) == len(set(asked))
    page.get_by_role("row").nth(5).focus()
    page.keyboard.press("End")
    expect(page.get_by_role("row", name=f"user_{MANY - 1}")).to_be_focused()


def test_a_log_that_cannot_be_read_is_told_and_asked_again(signed_in: SignedIn) -> None:
    page = signed_in(Role.ADMIN, "/documents")
    page.route("**/api/audit?*", lambda route: route.fulfill(status=500, json={"detail": "it fell over"}))
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Audit").click()
    expect(page.get_by_role("alert")).to_contain_text("it fell over")
    page.unroute_all()
    made_up(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Nobody has changed anything yet")).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("row").first).to_be_visible()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_only_an_admin_sees_it(signed_in: SignedIn, role: Role) -> None:
    page = signed_in(role, "/audit")
    expect(page.get_by_role("heading", name="Your role may not see this")).to_be_visible()
    expect(page.get_by_role("navigation", name="Pages").get_by_role("link", name="Audit")).to_have_count(0)
