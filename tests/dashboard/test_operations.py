"""Operations: dead letters, and what looks after the library as a whole."""

import re

from playwright.sync_api import expect

from bloomweaver.auth.roles import Role
from tests.dashboard.conftest import SignedIn
from tests.dashboard.failures import dead_lettered
from tests.e2e.running_stack import RunningStack

ENDED_MILLISECONDS = 120_000


def test_a_dead_letter_is_redriven(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    dead_lettered(stand, doc_hash)
    page = signed_in(Role.ADMIN, "/operations")
    queue = page.get_by_role("region", name="Backups")
    expect(queue).to_contain_text("Backups of passages that could not be written")
    button = queue.get_by_role("button", name=f"Redrive the letter of {doc_hash}")
    expect(button).to_be_visible()
    expect(queue.get_by_role("button", name="Redrive these").first).to_be_visible()
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("On AWS a letter costs at most")
    dialog.get_by_role("button", name="Redrive", exact=True).click()
    expect(dialog).to_contain_text("1 mended", timeout=ENDED_MILLISECONDS)
    dialog.get_by_role("button", name="Close").last.click()
    expect(button).to_have_count(0)
    assert stand.api.document(doc_hash).status == "indexed"


def test_a_new_letter_comes_by_itself(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    page = signed_in(Role.ADMIN, "/operations")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    dead_lettered(stand, doc_hash)
    expect(page.get_by_role("region", name="Backups").get_by_role("link", name=doc_hash)).to_be_visible()
    page.get_by_role("button", name="Redrive all").click()
    page.get_by_role("dialog").get_by_role("button", name="Redrive", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Succeeded", timeout=ENDED_MILLISECONDS)


def test_who_may_not_start_anything_sees_how_it_stands(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    dead_lettered(stand, doc_hash)
    page = signed_in(Role.EDITOR, "/operations")
    expect(page.get_by_text("An administrator can start it")).to_be_visible()
    expect(page.get_by_role("link", name=doc_hash)).to_be_visible()
    for action in ("Redrive", "Compare now", "Rebuild", "Reindex", "Sweep now", "Delete"):
        expect(page.get_by_role("button", name=action)).to_have_count(0)


def test_a_comparison_says_what_it_will_do_and_what_it_found(signed_in: SignedIn) -> None:
    page = signed_in(Role.ADMIN, "/operations")
    section = page.get_by_role("region", name="Compare")
    section.get_by_role("button", name="Compare now").click()
    dialog = page.get_by_role("dialog", name="Compare now?")
    expect(dialog).to_contain_text(re.compile(r"On AWS about [\d.]+ \$ for \d+ documents"))
    dialog.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("The comparison has begun")).to_be_visible()
    expect(section.get_by_text("Succeeded")).to_be_visible(timeout=ENDED_MILLISECONDS)
    section.get_by_text("What it looked at").click()
    expect(section.get_by_text("Passages in the vector index")).to_be_visible()
    section.get_by_role("link", name="Its run").click()
    expect(page.get_by_role("heading", name=re.compile("^Comparison "), level=1)).to_be_visible()


def test_a_rebuild_and_a_reindex_say_what_became_of_them(signed_in: SignedIn) -> None:
    page = signed_in(Role.ADMIN, "/operations")
    for name, begun, told in (
        ("Rebuild", "The rebuild has begun", re.compile("[Aa]ll that is served is in|could not be restored")),
        ("Reindex", "The reindex has begun", re.compile(r"\d+ documents? moved to")),
    ):
        section = page.get_by_role("region", name=name, exact=True)
        section.get_by_role("button", name=name).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(re.compile("On AWS|It costs"))
        dialog.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_text(begun)).to_be_visible()
        expect(section.get_by_text(told)).to_be_visible(timeout=ENDED_MILLISECONDS)
        expect(section.get_by_text("Succeeded")).to_be_visible(timeout=ENDED_MILLISECONDS)


def test_indexes_and_a_sweep(signed_in: SignedIn, stand: RunningStack) -> None:
    page = signed_in(Role.ADMIN, "/operations")
    indexes = page.get_by_role("region", name="Vector indexes")
    expect(indexes).to_contain_text(stand.config.index_name)
    expect(indexes).to_contain_text(re.compile(r"Serves \d+ documents"))
    section = page.get_by_role("region", name="Sweep")
    section.get_by_role("button", name="Sweep now").click()
    page.get_by_role("dialog").get_by_role("button", name="Sweep", exact=True).click()
    expect(page.get_by_text("Swept", exact=True)).to_be_visible()


def test_what_is_refused_is_told_where_it_was_asked(signed_in: SignedIn) -> None:
    page = signed_in(Role.ADMIN, "/operations")
    page.route(
        "**/api/rebuild",
        lambda route: route.fulfill(status=409, json={"detail": "rebuild 20260115T025612Z is running"}),
    )
    page.get_by_role("region", name="Rebuild", exact=True).get_by_role("button", name="Rebuild").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Rebuild", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("rebuild 20260115T025612Z is running")
