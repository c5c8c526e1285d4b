"""`bloomweaver audit`."""

from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from bloomweaver.audit.answers import AuditPage
from bloomweaver.audit.entries import AuditEntry, Caller, CallerKind, Outcome
from bloomweaver.audit.routes import Action
from bloomweaver.models.record import Operation
from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi

ANN = Caller(kind=CallerKind.TOKEN, subject="ann", role="editor")
DELETED = AuditEntry(
    id="1",
    at="2026-11-30T12:00:00.000000+00:00",
    action=Action.SUBMIT,
    outcome=Outcome.ACCEPTED,
    caller=ANN,
    source_ip="192.0.2.7",
    correlation_id="trace-1",
    doc_hash="doc-1",
    operation=Operation.DELETE,
    version=4,
)
REINDEX = DELETED.model_copy(
    update={
        "action": Action.REINDEX,
        "outcome": Outcome.UNKNOWN,
        "doc_hash": None,
        "operation": None,
        "version": None,
        "target": "second",
        "runs": ["reindex-7"],
    }
)
REFUSED = DELETED.model_copy(
    update={
        "outcome": Outcome.REFUSED,
        "caller": Caller(kind=CallerKind.SIGNATURE, subject="msg_1"),
        "status": 409,
        "error": "StaleSourceVersion",
    }
)


def lists(api: FakeApi, *pages: tuple[Sequence[AuditEntry], str | None]) -> None:
    """Have the API answer these pages."""
    for entries, cursor in pages:
        page = AuditPage(entries=list(entries), next_cursor=cursor)
        api.scripted["GET /v1/audit"].append(Answer(200, page.model_dump(mode="json")))


def query(api: FakeApi) -> dict[str, str]:
    """The query of the last request."""
    return {name: values[0] for name, values in parse_qs(urlsplit(api.requests[-1].path).query).items()}


def test_entries_say_who_asked_for_what_and_what_became_of_it(on_api: Command, api: FakeApi) -> None:
    lists(api, ([REINDEX, REFUSED, DELETED], None))
    run = on_api("audit")
    assert run.exit_code == 0
    for shown in (
        "ann (editor)",
        "192.0.2.7",
        "submitOperation DELETE",
        "doc-1, version 4",
        "accepted",
        "trace-1",
        "startReindex",
        "reindex-7",
        "unknown",
        "signature msg_1",
        "refused: 409 StaleSourceVersion",
    ):
        assert shown in run.stdout
    assert query(api) == {"limit": "20"}


def test_what_is_asked_for_is_what_the_api_is_asked(on_api: Command, api: FakeApi) -> None:
    lists(api, *[([], None)] * 3)
    times = ("--since", "2026-11-29T12:00:00+02:00", "--until", "2026-11-30T12:00:00+00:00")
    run = on_api("audit", "--subject", "ann", *times)
    assert (run.exit_code, run.stdout) == (0, "")
    assert "no entries" in run.stderr
    assert query(api) == {
        "limit": "20",
        "subject": "ann",
        "since": "2026-11-29T10:00:00+00:00",
        "until": "2026-11-30T12:00:00+00:00",
    }
    on_api("audit", "doc-1")
    assert query(api)["doc_hash"] == "doc-1"
    on_api("audit", "--caller", "nobody")
    assert query(api)["caller"] == "nobody"


def test_a_list_is_of_one_thing(on_api: Command, api: FakeApi) -> None:
    assert on_api("audit", "doc-1", "--subject", "ann").exit_code == 2
    assert on_api("audit", "--subject", "ann", "--caller", "signature").exit_code == 2
    assert on_api("audit", "--since", "yesterday").exit_code == 2
    assert api.requests == []


def test_more_than_a_page_is_read_as_far_as_it_is_wanted(on_api: Command, api: FakeApi) -> None:
    lists(api, ([DELETED] * 200, "c1"), ([REINDEX] * 50, "c2"))
    found = on_api("audit", "--limit", 250, "--json").json()
    assert [entry["action"] for entry in found["entries"]] == ["submitOperation"] * 200 + ["startReindex"] * 50
    assert found["next_cursor"] == "c2"
    assert query(api) == {"limit": "50", "cursor": "c1"}
