"""What the pictures and axe are shown of chats: one that is really asked, and answers that the API is made to give."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from cli.client import Api
from tests.dashboard.asking import CHAT, a_prompt, an_answer, ask, citation, made_up, message, question_box
from tests.e2e.waiting import wait_for

ANSWER_SECONDS = 60.0
FOLDER = "/guides/harbour"
FIRST = "Who asks for the tide tables, and where?"
SECOND = "What does a ferry cost on Sundays in winter?"
OTHERS = ("Where are lost umbrellas kept?", "How do I ask for sick leave?", "Which herbs grow in the shade?")
_MODEL = """The keys are **at the desk**, and there are two of them: [1]

1. The large one opens the *front door*.
2. The small one opens the blue cabinet, where the notes are. [2]

| key | door |
|---|---|
| large | front |
| small | cabinet |

More is in [the guide](https://example.org/guides/keys). ![a plan](https://example.org/plan.png)
"""


def fill(api: Api) -> None:
    """Ask in some chats, and wait for the answers."""
    for folder, questions in (*((None, (other,)) for other in OTHERS), (FOLDER, (FIRST, SECOND))):
        chat = api.open_chat(folder=folder).chat_id
        for question in questions:
            asked = api.ask(chat, question)

            def is_over(chat: str = chat, message_id: str = asked.message_id) -> bool:
                return api.chat_message(chat, message_id).status != "running"

            wait_for(is_over, ANSWER_SECONDS, "the question is answered")


def new(page: Page) -> None:
    """Nothing is asked yet."""
    expect(page.get_by_role("heading", name="New chat")).to_be_visible()
    expect(page.get_by_text("Ask the documents")).to_be_visible()


def chat(page: Page) -> None:
    """A chat with an answer and with a question that nothing answers."""
    new(page)
    _open_list(page)
    page.get_by_role("complementary", name="Chats").get_by_role("link", name=FIRST).click()
    expect(message(page, SECOND).get_by_role("button", name="Ask again")).to_be_visible()
    question_box(page).fill("And on Mondays?")


def listed(page: Page) -> None:
    """The list of chats, also where it has to be opened."""
    new(page)
    _open_list(page)
    page.get_by_role("searchbox", name="Search chats by title").fill("where")
    # However many there are.
    expect(page.get_by_text(re.compile("found$"))).to_be_visible()


def _open_list(page: Page) -> None:
    opening = page.get_by_role("button", name="Chats", exact=True)
    expect(opening.or_(page.get_by_role("searchbox", name="Search chats by title")).first).to_be_visible()
    if opening.is_visible():
        opening.click()


def _made_up(page: Page, *messages: dict[str, Any]) -> None:
    # Whoever is on the way to the issuer and back is not sent elsewhere.
    new(page)
    made_up(page, *messages)


def _answered_by_api(*messages: dict[str, Any]) -> Callable[[Page], None]:
    def ready(page: Page) -> None:
        _made_up(page, *messages)
        expect(page.get_by_role("article").last).to_be_visible()

    return ready


by_model = _answered_by_api(
    an_answer(
        generator="openai",
        text=_MODEL,
        used={"tokens_in": 1840, "tokens_out": 96, "estimated": False, "cost": 0.00123},
        rests_on_superseded=True,
        feedback={"rating": "up", "comment": None, "at": "2026-01-15T09:21:00+00:00"},
        citations=[
            citation(at=[_MODEL.index("[1]")]),
            citation(
                2,
                at=[_MODEL.index("[2]")],
                state="superseded",
                doc_hash="notes",
                title=None,
                heading=None,
                quote=None,
            ),
        ],
    )
)
"""What a model wrote, with what was replaced since."""

unanswered = _answered_by_api(
    an_answer(question="Where is the spare key?", status="failed", error={"type": "x", "message": "it is down"}),
    an_answer(
        2,
        question="Who has it?",
        status="withheld",
        citations=[citation(state="withdrawn", title=None, heading=None, quote=None)],
    ),
    an_answer(
        3,
        question="And the other one?",
        status="incomplete",
        text="The other one is",
        error={"type": "GeneratorEndedEarly", "message": "the answer broke off without an end"},
    ),
    an_answer(4, question="What does it cost?", status="no_answer", text="The documents do not say."),
)
"""What became of questions that have no whole answer."""


def running(page: Page) -> None:
    """An answer that is being written."""
    _made_up(
        page,
        an_answer(status="running", generator="openai", text="The keys are at the desk, and there", ended_at=None),
        an_answer(2, status="running", generator=None, question="And who has them?", ended_at=None),
    )
    expect(message(page, "And who has them?")).to_contain_text("looked for")


def prompt(page: Page) -> None:
    """What a model was given."""
    user = "<<passage ref-k3m9qa>>\nKeys\nVisitors ask for keys at the desk.\n<<end ref-k3m9qa>>\n\n"
    given = a_prompt(
        {"role": "system", "content": "Answer from the passages alone."},
        {"role": "user", "content": f"{user}<<passage ref-b81xzt>>\n[…]\n<<end ref-b81xzt>>\n\nWhere are the keys?"},
    )
    _made_up(page, an_answer(generator="openai", text="At the desk."))
    page.route("**/prompt", lambda route: route.fulfill(json=given))
    page.get_by_text("What the model was given").click()
    expect(page.get_by_text("Answer from the passages alone.")).to_be_visible()


def commented(page: Page) -> None:
    """An answer that was of no help, and why it was not."""
    rated = {"rating": "down", "comment": None, "at": "2026-01-15T09:21:00+00:00"}
    _made_up(
        page,
        an_answer(text="At the desk.", feedback=rated | {"comment": "It is the other desk."}),
        an_answer(2, question="And the spare key?", text="In the cabinet.", feedback=rated),
    )
    second = message(page, "And the spare key?")
    second.get_by_role("button", name="Say what was wrong").click()
    second.get_by_role("textbox").fill("The cabinet has moved.")


def many(page: Page) -> None:
    """A chat with many long questions and answers."""
    text = "The keys are at the desk, which is open from eight to six. Who comes later asks the warden. [1] "
    long = [
        an_answer(
            number,
            question=f"{number}. " + "Where are the keys, and who may have them on which days of the year? " * 12,
            text=text * 12,
            citations=[citation(at=[place * len(text) + text.index("[1]") for place in range(12)])],
        )
        for number in range(1, 13)
    ]
    _made_up(page, *long)
    expect(page.get_by_role("article")).to_have_count(12)


def scope(page: Page) -> None:
    """Where answers are looked for, with something wrong."""
    new(page)
    page.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("year")
    dialog.get_by_role("textbox", name="Value").fill("2024")
    dialog.get_by_role("button", name="Add").click()
    dialog.get_by_role("textbox", name="Name").fill("$year")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("A name does not begin with $.")).to_be_visible()


def renaming(page: Page) -> None:
    """A chat that gets another title."""
    _made_up(page, an_answer(text="At the desk."))
    page.get_by_role("button", name="Rename the chat").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def deleting(page: Page) -> None:
    """A chat that somebody asks to delete."""
    _made_up(page, an_answer(text="At the desk."))
    page.get_by_role("button", name="Delete the chat").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def refused(page: Page) -> None:
    """Somebody who has asked too often."""
    _made_up(page, an_answer(text="At the desk."))

    def too_often(route: Route) -> None:
        if route.request.method != "POST":
            return route.fallback()
        detail = "you have asked the 10 questions of this minute"
        return route.fulfill(status=429, headers={"Retry-After": "42"}, json={"detail": detail})

    page.route(f"**/api/chats/{CHAT}/messages", too_often)
    ask(page, "And who has them?")
    expect(page.get_by_role("alert")).to_be_visible()


def gone(page: Page) -> None:
    """A chat that is not there."""
    expect(page.get_by_role("heading", name="There is no such chat")).to_be_visible()


def unreachable(page: Page) -> None:
    """Nobody answers."""
    new(page)

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/api/chats**", cut)
    page.route("**/api/chats/**", cut)
    page.goto(f"/ask/{CHAT}")
    expect(page.get_by_role("alert")).to_have_count(2)
