"""Runs: the list, and a run's graph, states, texts and what can be pressed."""

import re
from functools import partial

from playwright.sync_api import Locator, Page, expect

from bloomweaver.auth.roles import Role
from tests.dashboard.browser import NARROW
from tests.dashboard.conftest import SignedIn
from tests.dashboard.failures import broken, dead_lettered, run_id
from tests.e2e.running_stack import RunningStack
from tests.e2e.waiting import wait_for

LISTED_SECONDS = 60.0
FOLLOWED_MILLISECONDS = 120_000


def listed(stand: RunningStack, doc_hash: str, run: str) -> None:
    """Wait until the lists have the run, and that it has ended."""

    def ended() -> bool:
        found = [each for each in stand.api.document_runs(doc_hash).runs if each.id == run]
        return bool(found) and found[0].status != "running"

    wait_for(ended, LISTED_SECONDS, f"{run} is listed as ended")


def is_in_the_middle(page: Page, node: Locator) -> bool:
    """Whether a node is in the middle of the graph."""
    around, inside = page.locator(".react-flow").bounding_box(), node.bounding_box()
    assert around is not None
    assert inside is not None
    return all(
        abs(around[at] + around[size] / 2 - inside[at] - inside[size] / 2) < 8
        for at, size in (("x", "width"), ("y", "height"))
    )


def test_a_failed_documents_run_is_looked_at_and_retried(
    signed_in: SignedIn, stand: RunningStack, doc_hash: str
) -> None:
    accepted = broken(stand, doc_hash, title="A broken plan")
    listed(stand, doc_hash, run_id(accepted))
    page = signed_in(Role.EDITOR, f"/documents/{doc_hash}")
    page.get_by_role("region", name="Runs").get_by_role("link").click()
    expect(page.get_by_role("heading", name=f"Create of {doc_hash}, version 1", level=1)).to_be_visible()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("No text can be taken from the document")
    expect(alert).to_contain_text("Chunk ended with ExtractionFailed")
    expect(
        page.get_by_role("region", name="Chunk", exact=True).get_by_text(re.compile("Attempt 1.*ExtractionFailed"))
    ).to_be_visible()

    node = page.locator(".react-flow__node").filter(has_text=re.compile("^Chunk"))
    expect(node).to_be_visible()
    wait_for(lambda: is_in_the_middle(page, node), 10, "the failed state is in the middle of the graph")

    states = page.get_by_role("list", name="States")
    states.get_by_role("button", name="Claim").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Claim", exact=True)).to_be_visible()
    node.click()
    expect(page.get_by_role("region", name="Chunk", exact=True)).to_be_visible()

    page.get_by_role("button", name="Retry the document").click()
    expect(page.get_by_text("Sent again as version 2")).to_be_visible()
    expect(page.get_by_role("button", name="Retry the document")).to_have_count(0)
    page.get_by_role("link", name=f"Document {doc_hash}").click()
    expect(page.get_by_role("heading", name="A broken plan")).to_be_visible()


def test_on_a_telephone_the_failed_state_is_on_the_first_screen(
    signed_in: SignedIn, stand: RunningStack, doc_hash: str
) -> None:
    for accepted, failed in ((broken(stand, doc_hash), "Chunk"), (dead_lettered(stand, f"{doc_hash}-2"), "WriteS3")):
        page = signed_in(Role.ADMIN, "/documents")
        page.set_viewport_size(NARROW)
        page.goto(f"/runs/{run_id(accepted)}")
        node = page.locator(".react-flow__node").filter(has_text=re.compile(f"^{failed}"))
        expect(node).to_be_visible()
        wait_for(partial(is_in_the_middle, page, node), 10, "the failed state is in the middle of the graph")
        expect(node).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)


def test_what_a_role_may_not_press_is_not_offered(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    accepted = broken(stand, doc_hash)
    page = signed_in(Role.VIEWER, f"/runs/{run_id(accepted)}")
    expect(page.get_by_role("alert")).to_contain_text("No text can be taken")
    expect(page.get_by_role("button", name="Retry the document")).to_have_count(0)


def test_a_dead_letter_is_redriven_from_its_run(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    accepted = dead_lettered(stand, doc_hash)
    page = signed_in(Role.ADMIN, f"/runs/{run_id(accepted)}")
    expect(page.get_by_role("alert")).to_contain_text("WriteS3 ended with")
    page.get_by_role("button", name="Redrive: backups").click()
    dialog = page.get_by_role("dialog", name="Redrive the letter of this run")
    expect(dialog).to_contain_text("Nothing is embedded again")
    dialog.get_by_role("button", name="Redrive", exact=True).click()
    expect(dialog).to_contain_text("1 letter on the way")
    expect(dialog).to_contain_text("1 mended", timeout=FOLLOWED_MILLISECONDS)
    assert stand.api.document(doc_hash).status == "indexed"
    dialog.get_by_role("link", name="See its run").click()
    expect(page.get_by_role("heading", name=re.compile("^Redrive s3-"), level=1)).to_be_visible()
    expect(page.get_by_text("Succeeded").first).to_be_visible()


def test_a_run_is_followed_while_it_goes_on(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    with stand.without_embedding_service():
        accepted = stand.submit(doc_hash, "The glazier keeps her diamonds in a thimble.")
        arn = stand.execution_arn(accepted.operation, doc_hash, accepted.version)
        wait_for(lambda: "EmbeddingUnavailable" in stand.failures(arn), 30, "the embedding service was missed")
        page = signed_in(Role.VIEWER, f"/runs/{run_id(accepted)}")
        expect(page.get_by_text("Looked at every 2 s")).to_be_visible()
        waiting = page.get_by_role("list", name="States").get_by_role("button", name="EmbedOnceAwake")
        expect(waiting).to_contain_text("EmbeddingUnavailable")
    expect(page.get_by_text("Succeeded").first).to_be_visible(timeout=FOLLOWED_MILLISECONDS)
    expect(page.get_by_text("Looked at every 2 s")).to_have_count(0)
    expect(page.get_by_text(re.compile("at work for .* waiting for"))).to_be_visible()
    expect(waiting).to_contain_text("attempts")


def test_what_is_cut_is_shown_whole_by_request_and_goes_with_its_document(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    listed(stand, indexed, f"create-{indexed}-1")
    names = [state.name for state in stand.api.run(f"create-{indexed}-1").states if state.output and state.output.cut]
    name = max(names, key=len)  # which is a part of no other
    page = signed_in(Role.VIEWER, f"/runs/create-{indexed}-1")
    page.get_by_role("list", name="States").get_by_role("button", name=name).click()
    detail = page.get_by_role("region", name=name, exact=True)
    given = detail.get_by_role("region", name="Output")
    cut = len(given.inner_text())
    detail.get_by_role("button", name=re.compile("^Show all")).last.click()
    wait_for(lambda: len(given.inner_text()) > cut + 1, 20, "the whole output is shown")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    stand.api.delete(indexed)
    expect(page.get_by_text("Its document was deleted since")).to_be_visible()
    expect(given).to_have_count(0)
    expect(page.get_by_role("list", name="States").get_by_role("button", name=name)).to_be_visible()


def test_runs_are_chosen_shared_by_address_and_walked_by_keyboard(
    signed_in: SignedIn, stand: RunningStack, doc_hash: str
) -> None:
    run = run_id(broken(stand, doc_hash))
    listed(stand, doc_hash, run)
    page = signed_in(Role.VIEWER, "/runs")
    page.get_by_label("Status").select_option("Failed")
    page.get_by_label(re.compile("^Of")).select_option("Create")
    page.get_by_label("Began").select_option("In the last hour")
    expect(page).to_have_url(re.compile("machine=create&status=failed&span=hour$"))
    expect(page.get_by_role("row", name=re.compile(f"Failed Create of {doc_hash}"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Succeeded"))).to_have_count(0)
    page.get_by_role("row").first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Create of {doc_hash}, version 1", level=1)).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Status")).to_have_value("failed")


def test_newer_runs_announce_themselves(signed_in: SignedIn, stand: RunningStack, indexed: str) -> None:
    page = signed_in(Role.VIEWER, "/runs")
    first = page.get_by_role("row").first.inner_text()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    stand.api.edit(indexed, {"title": "Another one"})
    announced = page.get_by_role("button", name=re.compile("newer run"))
    expect(announced).to_be_visible(timeout=FOLLOWED_MILLISECONDS)
    assert page.get_by_role("row").first.inner_text().split("\n")[1] == first.split("\n")[1], "the list does not jump"
    announced.click()
    expect(page.get_by_role("row", name=f"Update of {indexed}, version 2")).to_be_visible()


def test_a_run_that_nobody_knows_is_told(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/runs/create-never-sent-1")
    expect(page.get_by_text("There is no such run")).to_be_visible()
    page.get_by_role("link", name="Show all runs").click()
    expect(page.get_by_role("grid", name="Runs")).to_be_visible()
