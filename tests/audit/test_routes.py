"""No route that changes something goes without the audit log."""

from bloomweaver.api_description.document import DESCRIPTIONS
from bloomweaver.audit.routes import AUDITED, PRIVATE, READING, Action
from bloomweaver.auth.roles import Permission
from bloomweaver.auth.routes import ROUTES


def test_every_route_that_is_no_get_is_audited_changes_nothing_or_is_its_callers_alone() -> None:
    assert set(AUDITED) | READING | PRIVATE == {route for route in ROUTES if route[0] != "GET"}
    assert not set(AUDITED) & (READING | PRIVATE)


def test_who_may_only_read_changes_nothing() -> None:
    assert all(ROUTES[route] is not Permission.READ for route in AUDITED)


def test_an_action_has_the_name_of_its_route() -> None:
    names = {description.route: description.id for description in DESCRIPTIONS}
    assert {route: action.value for route, action in AUDITED.items()} == {route: names[route] for route in AUDITED}
    assert sorted(AUDITED.values()) == sorted(Action)
