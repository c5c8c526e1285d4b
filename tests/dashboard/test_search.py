"""Search as one types."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from bloomweaver.auth.roles import Role
from tests.dashboard.conftest import SignedIn
from tests.e2e.running_stack import RunningStack


def test_hits_come_as_one_types_and_lead_to_the_passage(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/search")
    page.get_by_role("searchbox", name="Search for").press_sequentially("questions about tide tables")
    hits = page.get_by_role("list", name="Hits").get_by_role("listitem")
    expect(page.get_by_role("list", name="Hits").get_by_role("link", name="Tide tables").first).to_be_visible()
    expect(hits.first.locator("mark").first).to_be_visible()
    page.get_by_role("list", name="Hits").get_by_role("link", name="Tide tables").first.click()
    expect(page.get_by_role("heading", name="Tide tables", level=1)).to_be_visible()
    expect(page.locator("pre mark")).to_contain_text("tide tables")
    page.go_back()
    expect(page.get_by_role("searchbox", name="Search for")).to_have_value("questions about tide tables")


def test_a_search_is_narrowed_by_clicking_and_shared_by_its_address(signed_in: SignedIn, indexed: str) -> None:
    page = signed_in(Role.VIEWER, "/search?q=lantern+keeper+trims+wicks")
    page.get_by_role("button", name=f"keeper {indexed}").click()
    hits = page.get_by_role("list", name="Hits").get_by_role("link")
    expect(hits).to_have_count(1)
    page.get_by_text("Words", exact=True).click()
    page.get_by_role("checkbox", name="Say why").check()
    expect(page.get_by_text("BM25")).to_be_visible()
    expect(page.get_by_text("not among the candidates")).to_be_visible()
    page.get_by_label("How keeper is compared").select_option("is not")
    expect(page.get_by_role("link", name=f"Title of {indexed}")).to_have_count(0)
    page.go_back()
    expect(hits).to_have_count(1)
    asked = parse_qs(urlsplit(page.url).query)
    assert (asked["mode"], asked["why"]) == (["keyword"], ["yes"])

    other = signed_in(Role.ADMIN, page.url)
    expect(other.get_by_role("list", name="Hits").get_by_role("link")).to_have_count(1)
    expect(other.get_by_role("radio", name="Words")).to_be_checked()


def test_a_folder_narrows_it_and_a_new_version_comes_by_itself(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    page = signed_in(Role.VIEWER, "/search?q=keeper+of+lanterns")
    page.get_by_role("combobox", name="In the folder").fill(f"tests/{indexed}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Hits").get_by_role("link")).to_have_count(1)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    stand.api.edit(indexed, {"title": "Another title for it"})
    expect(page.get_by_role("link", name="Another title for it")).to_be_visible()


def test_what_could_not_take_part_is_said(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/search")

    page.route(
        "**/api/search",
        lambda route: route.fulfill(
            json={
                "results": [],
                "query": {"windows": 1},
                "legs": {"dense": {"hits": 0, "missing": "the model cannot be loaded"}},
                "cursor": None,
                "bounded": False,
                "moved": False,
                "cached": None,
                "took_ms": {"total": 1.0},
            }
        ),
    )
    page.get_by_role("searchbox", name="Search for").fill("keys")
    expect(page.get_by_text("The search by meaning could not take part: the model cannot be loaded")).to_be_visible()
    expect(page.get_by_text("Nothing is found")).to_be_visible()
