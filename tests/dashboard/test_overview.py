"""The overview: what is in, what failed and what to press, the newest changes, and how it goes."""

import re
from typing import Any

from playwright.sync_api import expect

from bloomweaver.auth.roles import Role
from tests.dashboard.conftest import SignedIn
from tests.dashboard.failures import broken
from tests.e2e.running_stack import RunningStack


def figure(name: str, of: str | None, unit: str, **known: Any) -> dict[str, Any]:
    """A figure, as the API gives it."""
    whole = {"points": [1.0, None, 3.0, 2.0], "latest": None, "latest_at": None, "overall": None, "missing": None}
    return {"name": name, "of": of, "unit": unit, **whole, **known}


def test_what_failed_is_retried_and_the_newest_changes_come_by_themselves(
    signed_in: SignedIn, stand: RunningStack, indexed: str
) -> None:
    broken_one = f"{indexed}-broken"
    broken(stand, broken_one, title=f"Broken {indexed}")
    page = signed_in(Role.EDITOR, "/overview")
    failed = page.get_by_role("region", name="What failed")
    expect(failed.get_by_role("link", name=f"Broken {indexed}")).to_be_visible()
    expect(
        page.get_by_role("list", name="Documents by status").get_by_role("link", name=re.compile("Indexed"))
    ).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    stand.api.edit(indexed, {"title": "Changed just now"})
    newest = page.get_by_role("list", name="Newest changes").get_by_role("listitem")
    expect(newest.first).to_contain_text("Changed just now")
    failed.get_by_role("button", name=re.compile("^Retry")).click()
    expect(page.get_by_text(re.compile("documents? sent again"))).to_be_visible()
    assert stand.api.document(broken_one).version == 2


def test_a_viewer_is_not_offered_to_retry(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/overview")
    expect(page.get_by_role("region", name="What failed").get_by_role("link").first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Retry"))).to_have_count(0)


def test_figures_are_shown_where_there_are_any_and_said_to_be_missing_where_not(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    figures = page.get_by_role("region", name="How it goes")
    page.route("**/api/metrics/summary?*", lambda route: route.fulfill(status=404, json={}))
    page.goto("/overview")
    expect(figures).to_contain_text("this deployment has no GET /metrics/summary")
    page.unroute_all()
    answer = {
        "as_of": "2026-11-30T12:10:31+00:00",
        "figures": [
            figure("documents_indexed", None, "count", overall=1234.0),
            figure("freshness_p50", None, "seconds", latest=1.26),
            figure("freshness_p95", None, "seconds", missing="nothing was published"),
            figure("fleet_in_service", None, "count", latest=0.0),
            figure("fleet_desired", None, "count", latest=1.0),
        ],
    }
    page.route("**/api/metrics/summary?*", lambda route: route.fulfill(json=answer))
    page.reload()
    expect(figures).to_contain_text("1,234")
    expect(figures).to_contain_text("1.3 s")
    expect(figures).to_contain_text("nothing was published")
    expect(figures).to_contain_text("an instance is being started")
