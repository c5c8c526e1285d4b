"""The account's invocations at a time: who may hold how many of them adds up, whatever the account has."""

import json
import re
from typing import Any

import pytest

from tests.statemachines import definitions
from tests.template.template import REPOSITORY, function, resources, template
from tests.template.transformed import created

QUEUES = 3
UNRESERVED_MIN = 100
"""Lambda: places that no function may reserve. An account that has not more of them can reserve none."""
LETTERS_AT_A_TIME = 8
MAPPING = template()["Mappings"]["Concurrency"]
ACCOUNTS = {int(name): places for name, places in MAPPING.items() if name != "local"}
RESERVING = {"Search": "SearchFunction", "Webhook": "WebhookFunction", "Authorizer": "AuthorizerFunction"}


def of_a_document() -> int:
    """The most invocations that a run has at a time."""
    states = [state for name in ("create", "update") for _, state in definitions.states(definitions.load(name))]
    maps = [state["MaxConcurrency"] for state in states if state["Type"] == "Map"]
    branches = [len(state["Branches"]) for state in states if state["Type"] == "Parallel"]
    return max(*maps, *branches)


def budget(account: int) -> dict[str, int]:
    """Who may hold how many places of an account, the largest sum of what is at work together."""
    places = ACCOUNTS[account]
    documents = QUEUES * places["BatchSize"] * places["MaximumConcurrency"]
    return {
        "search": places["Search"],
        "webhook": places["Webhook"],
        "authorizer": places["Authorizer"],
        "dispatch": QUEUES * places["MaximumConcurrency"],
        "documents": of_a_document() * documents,
        "rebuild": int(places["Rebuild"]),
        "redrives": LETTERS_AT_A_TIME * int(places["Redrives"]),
    }


def test_every_account_that_may_be_named_has_its_row() -> None:
    parameter = template()["Parameters"]["AccountConcurrency"]
    assert set(parameter["AllowedValues"]) == set(MAPPING)
    # What a new account has: nothing is taken for granted.
    assert parameter["Default"] == str(min(ACCOUNTS))
    assert {frozenset(places) for places in MAPPING.values()} == {frozenset(ACCOUNTS[10])}


@pytest.mark.parametrize("account", [each for each in ACCOUNTS if each > 10])
def test_what_may_be_held_is_no_more_than_there_is_with_some_left_for_all_others(account: int) -> None:
    left = account - sum(budget(account).values())
    assert left >= 4


def test_a_new_account_is_never_all_dispatchs() -> None:
    # Its ten places are not enough for what one document may take: the work waits. One place each stays for it, for
    # search, for the webhook, and for who checks their tokens.
    assert budget(10)["dispatch"] <= 10 - 4
    assert ACCOUNTS[10]["BatchSize"] == 1


@pytest.mark.parametrize("account", ACCOUNTS)
def test_nothing_is_reserved_of_what_lambda_keeps(account: int) -> None:
    reserved = sum(ACCOUNTS[account][name] for name in RESERVING)
    assert (reserved > 0) == (account >= 2 * UNRESERVED_MIN)
    assert reserved == 0 or account - reserved >= UNRESERVED_MIN
    condition = template()["Conditions"]["ReservesPlaces"]["Fn::Or"]
    assert {int(each["Fn::Equals"][1]) for each in condition} == {each for each in ACCOUNTS if ACCOUNTS[each]["Search"]}


def test_search_and_the_webhook_have_places_of_their_own_and_nobody_else() -> None:
    functions = created("AWS::Lambda::Function")
    reserving = {
        name: properties["ReservedConcurrentExecutions"]
        for name, properties in functions.items()
        if "ReservedConcurrentExecutions" in properties
    }
    assert reserving == {
        name: {
            "Fn::If": [
                "ReservesPlaces",
                {"Fn::FindInMap": ["Concurrency", {"Ref": "AccountConcurrency"}, key]},
                {"Ref": "AWS::NoValue"},
            ]
        }
        for key, name in RESERVING.items()
    }


def test_a_rebuild_and_redrives_go_by_the_account_too() -> None:
    used = json.dumps(resources("AWS::Serverless::Function"))
    found = set(re.findall(r'"Fn::FindInMap": \["Concurrency", \{"Ref": "AccountConcurrency"\}, "(\w+)"\]', used))
    assert found == set(ACCOUNTS[10])
    letters = definitions.state(definitions.load("redrive"), "Letters")
    assert letters["MaxConcurrency"] == LETTERS_AT_A_TIME


@pytest.mark.parametrize("places", MAPPING.values())
def test_a_place_is_let_go_before_a_run_gives_up_and_not_while_a_function_starts(places: dict[str, Any]) -> None:
    hold = float(function("DispatchFunction")["Environment"]["Variables"]["DISPATCH_HOLD_SECONDS"])
    let_go = float(places["LetGo"])
    assert let_go >= 5
    assert let_go < hold or places is MAPPING["local"]


def test_the_table_in_the_docs_says_so() -> None:
    text = (REPOSITORY / "docs" / "configuration.md").read_text()
    rows = [
        [int(cell) for cell in re.findall(r"\d+", row.replace(",", ""))]
        for row in text.splitlines()
        if re.match(r"\| [\d,]+ \|", row)
    ]
    expected = []
    for account in ACCOUNTS:
        held = budget(account)
        left = max(0, account - sum(held.values()))
        expected.append([account, *held.values(), left])
    assert [row for row in rows if len(row) == len(expected[0])] == expected
