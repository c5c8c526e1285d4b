"""Roles, what they may do, and the policy that API Gateway keeps: tricks with methods and paths against it."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.auth.policy import policy
from bloomweaver.auth.roles import PERMISSIONS, Permission, Role, role_of
from bloomweaver.auth.routes import ROUTES
from bloomweaver.auth.tokens import Principal

API = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234"
ROLES = [*Role, None]


def answer(role: Role | None, asked: str = "GET/documents") -> dict[str, Any]:
    return policy(Principal("user-1", role, 1_800_000_000), f"{API}/v1/{asked}")


def allows(role: Role | None, method: str, path: str, *, stage: str = "v1", api: str = API) -> bool:
    """What API Gateway makes of the policy: `*` is any text, a slash too, and what no statement allows is refused."""
    (statement,) = answer(role)["policyDocument"]["Statement"]
    asked = f"{api}/{stage}/{method}{path}"
    matches = any(
        re.fullmatch(re.escape(resource).replace(r"\*", ".*"), asked, re.DOTALL) for resource in statement["Resource"]
    )
    return matches and statement["Effect"] == "Allow"


def path_of(template: str, value: str = "x") -> str:
    return re.sub(r"\{[^}]*\}", lambda _: value, template)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_call_its_routes_and_no_others(role: Role | None) -> None:
    permissions = PERMISSIONS[role] if role else frozenset()
    for (method, path), permission in ROUTES.items():
        assert allows(role, method, path_of(path)) == (permission in permissions), (method, path)


def test_who_may_do_what() -> None:
    """The table in docs/security.md."""
    assert PERMISSIONS[Role.ADMIN] == {Permission.READ, Permission.WRITE, Permission.OPERATE}
    assert PERMISSIONS[Role.EDITOR] == {Permission.READ, Permission.WRITE}
    assert PERMISSIONS[Role.VIEWER] == {Permission.READ}


@pytest.mark.parametrize("role", ROLES)
def test_the_answer_does_not_depend_on_the_route_that_was_asked_for(role: Role | None) -> None:
    assert answer(role, "GET/documents") == answer(role, "POST/dead-letters/pinecone/redrive")
    assert answer(role, "GET/documents") == answer(role, "DELETE/../../v2/*")


@pytest.mark.parametrize("role", Role)
def test_a_policy_names_every_method_and_path_in_full(role: Role) -> None:
    (statement,) = answer(role)["policyDocument"]["Statement"]
    named = {resource.removeprefix(f"{API}/v1/") for resource in statement["Resource"]}
    assert named == {
        f"{method}{path_of(path, '*')}" for (method, path), asked in ROUTES.items() if asked in PERMISSIONS[role]
    }


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, None])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY", "post", "*"])
def test_no_other_method_sweeps(role: Role | None, method: str) -> None:
    assert not allows(role, method, "/sweep")


TRICKS = st.one_of(
    st.sampled_from(
        ["..", "../sweep", "..%2fsweep", "x/../../sweep", "x/redrive", "*", "?", "", "/", "//", "x/retry", ";", "\n",
         "x%00", ".", "documents/../reconcile", "v1", "{doc_hash}", "x?y=/redrive", "pinecone"]
    ),
    st.text(),
)  # fmt: skip


@given(TRICKS)
def test_no_parameter_leads_to_what_a_role_may_not(value: str) -> None:
    for (method, path), permission in ROUTES.items():
        for role in (Role.VIEWER, Role.EDITOR, None):
            if role is None or permission not in PERMISSIONS[role]:
                assert not allows(role, method, path_of(path, value)), (role, method, path)


@pytest.mark.parametrize("path", ["/sweep/", "//sweep", "/Sweep", "/./sweep", "/documents/../sweep", "/sweep%2f"])
@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_no_spelling_of_a_path_leads_to_what_a_role_may_not(role: Role, path: str) -> None:
    assert not allows(role, "POST", path)


def test_the_policy_is_of_this_stage_and_api_alone() -> None:
    assert allows(Role.ADMIN, "POST", "/sweep")
    assert not allows(Role.ADMIN, "POST", "/sweep", stage="v2")
    assert not allows(Role.ADMIN, "POST", "/sweep", api=f"{API[:-1]}5")


def test_functions_learn_role_and_end_of_the_token() -> None:
    assert answer(Role.VIEWER)["context"] == {"role": "viewer", "expires_at": "1800000000"}
    assert answer(None)["context"]["role"] == "none"
    assert answer(Role.VIEWER)["principalId"] == "user-1"


@pytest.mark.parametrize(
    ("claims", "claim", "role"),
    [
        ({"role": "viewer"}, "role", Role.VIEWER),
        ({"metadata": {"role": "editor"}}, "metadata.role", Role.EDITOR),
        ({"realm_access": {"roles": ["offline", "viewer", "admin"]}}, "realm_access.roles", Role.ADMIN),
        ({"https://bloomweaver.example/role": ["editor"]}, "https://bloomweaver.example/role", Role.EDITOR),
        ({"role": "Admin"}, "role", None),
        ({"role": "admin editor"}, "role", None),
        ({"role": ""}, "role", None),
        ({"role": None}, "role", None),
        ({"role": True}, "role", None),
        ({"role": {"admin": True}}, "role", None),
        ({"role": [["admin"], {"admin": 1}, 7]}, "role", None),
        ({"role": "admin"}, "role.name", None),
        ({}, "role", None),
    ],
)
def test_a_claim_names_the_role(claims: dict[str, Any], claim: str, role: Role | None) -> None:
    assert role_of(claims, claim) == role
