"""Performance: figures over a time, what was not measured, and how often they are asked for."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, expect

from bloomweaver.auth.roles import Role
from tests.dashboard.conftest import SignedIn
from tests.dashboard.summaries import summary
from tests.e2e.waiting import wait_for

HIDE = """() => {
  Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});
  dispatchEvent(new Event('visibilitychange'));
}"""
SHOW = """() => {
  delete document.visibilityState;
  dispatchEvent(new Event('visibilitychange'));
}"""


def made_up(page: Page) -> list[str]:
    """The service has these figures. Returns the minutes that it is asked for, as it is."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        [minutes] = parse_qs(urlsplit(route.request.url).query)["minutes"]
        asked.append(minutes)
        route.fulfill(json=summary(int(minutes)))

    page.route("**/api/metrics/summary?*", answer)
    return asked


def test_figures_are_of_the_time_that_the_address_says(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/documents")
    asked = made_up(page)
    page.goto("/performance?minutes=180")
    expect(page.get_by_label("Over the last")).to_have_value("180")
    expect(page.get_by_text("a point for each minute")).to_be_visible()
    page.get_by_label("Over the last").select_option("24 hours")
    expect(page).to_have_url(re.compile("minutes=1440$"))
    expect(page.get_by_text("a point for each five minutes")).to_be_visible()
    assert asked == ["180", "1440"]
    page.go_back()
    expect(page.get_by_label("Over the last")).to_have_value("180")
    assert asked == ["180", "1440"], "what was answered within the minute is not asked for again"


def test_a_chart_is_told_in_words_and_what_was_not_measured_is_no_zero(signed_in: SignedIn) -> None:
    points = [
        int(point + 0.5)
        for each in summary()["figures"]
        for point in each["points"]
        if (each["name"], each["of"]) == ("duration_p50", "search") and point is not None
    ]
    page = signed_in(Role.VIEWER, "/documents")
    made_up(page)
    page.goto("/performance")
    search = page.get_by_role("region", name="Search", exact=True)
    duration = search.get_by_role("img", name=re.compile("^Duration from"))
    expect(duration).to_have_accessible_name(
        re.compile(rf"half of them: newest {points[-1]} ms, highest {max(points)} ms at \d\d:\d\d, 6 of 60")
    )
    expect(search.get_by_role("listitem").filter(has_text="of the service (5xx)")).to_contain_text("0 %")
    throughput = page.get_by_role("region", name="Throughput")
    tokens = throughput.get_by_role("listitem").filter(has_text="tokens")
    expect(tokens).to_contain_text("not measured")
    expect(throughput.get_by_role("figure", name="Tokens")).to_contain_text(
        "Nothing of it was measured in this time", ignore_case=True
    )
    expect(throughput.get_by_role("img", name=re.compile("^Tokens"))).to_have_count(0)
    queues = page.get_by_role("region", name="Queues")
    ages = queues.get_by_role("figure", name="Age of the oldest").get_by_role("listitem")
    expect(ages.filter(has_text="Deletions")).to_contain_text("nothing of it was measured")
    expect(page.get_by_text("There is no fleet")).to_be_visible()

    duration.hover(position={"x": 1, "y": 20})
    figure = search.get_by_role("figure", name=re.compile("^Duration"))
    expect(figure).to_contain_text(re.compile(r"at \d\d:\d\d"))
    expect(figure.get_by_role("listitem").first).to_contain_text(f"{points[0]} ms")


def test_figures_are_asked_for_once_a_minute_and_not_while_nobody_looks(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/documents")
    asked = made_up(page)
    page.clock.install()
    page.goto("/performance")
    expect(page.get_by_text("As of")).to_be_visible()
    page.clock.fast_forward(50_000)
    assert len(asked) == 1
    page.clock.fast_forward(15_000)
    wait_for(lambda: page.evaluate("1") and len(asked) == 2, 20, "a minute later they are asked for again")
    page.evaluate(HIDE)
    for _ in range(5):
        page.clock.fast_forward(61_000)
    page.evaluate(SHOW)
    wait_for(lambda: page.evaluate("1") and len(asked) == 3, 20, "who comes back is shown what is there now")


def test_the_stacks_own_figures_are_shown(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/performance?minutes=15")
    expect(page.get_by_role("region", name="All requests")).to_be_visible()
    expect(page.get_by_text("There is no fleet")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_figures_that_cannot_be_read_are_asked_for_again(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/documents")
    page.route("**/api/metrics/summary?*", lambda route: route.fulfill(status=500, json={"detail": "it fell over"}))
    page.goto("/performance")
    expect(page.get_by_role("alert")).to_contain_text("it fell over")
    page.unroute_all()
    made_up(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("region", name="Search", exact=True)).to_be_visible()
