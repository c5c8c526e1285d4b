"""Queries and Scans give exactly what MiniStack gives by itself, whatever is asked, page by page."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.emulator import dynamodb_items
from tests.local.emulator.mortal import copy_of, open_file, plain

Json = dict[str, Any]
KINDS = {"by_text": "S", "by_number": "N", "by_bytes": "B"}
"""Indexes by the type of their sort key, which is an attribute of the same name."""
TABLE = {
    "TableName": "table",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        *({"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "group")),
        *({"AttributeName": name, "AttributeType": kind} for name, kind in KINDS.items()),
    ],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        *(
            {
                "IndexName": name,
                "KeySchema": [
                    {"AttributeName": "group", "KeyType": "HASH"},
                    {"AttributeName": name, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for name in KINDS
        ),
        {
            "IndexName": "keys_only",
            "KeySchema": [
                {"AttributeName": "group", "KeyType": "HASH"},
                {"AttributeName": "by_text", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        },
        {
            "IndexName": "no_sort",
            "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        },
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "local",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "by_text", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
HASH_ONLY = {
    "TableName": "table",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "group", "by_text")],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [TABLE["GlobalSecondaryIndexes"][0]],  # type: ignore[index]
}

TEXTS = ["a", "ab", "abc", "b", "ba", "z", "é", "\U0001f33c", "\U0010ffff"]
VALUES = {"S": TEXTS, "N": ["-1.5", "0", "2", "10", "1E+2", "1E-3"], "B": ["AA==", "AAE=", "AQ==", "//8=", "/w=="]}
LONGEST_PAGES = 60


def _value(kind: str) -> st.SearchStrategy[Json]:
    return st.sampled_from(VALUES[kind]).map(lambda value: {kind: value})


def _sparse(kind: str) -> st.SearchStrategy[Json | None]:
    return st.none() | _value(kind) | _value(kind)


@st.composite
def items(draw: st.DrawFn) -> Json:
    item = {"pk": {"S": draw(st.sampled_from("pq"))}, "sk": {"S": draw(st.sampled_from(TEXTS))}}
    extra: dict[str, Json | None] = {"group": draw(st.sampled_from([{"S": "g"}, {"S": "g"}, {"S": "h"}, None]))}
    extra |= {name: draw(_sparse(kind)) for name, kind in KINDS.items()}
    extra["size"] = {"N": str(draw(st.integers(0, 3)))}
    return item | {name: value for name, value in extra.items() if value is not None}


writes = st.lists(st.tuples(st.sampled_from(["put", "put", "put", "delete", "update"]), items()), max_size=40)


@st.composite
def conditions(draw: st.DrawFn, name: str, kind: str) -> tuple[str, Json]:
    """A key condition on the sort key, and its values."""
    low, high = draw(_value(kind)), draw(_value(kind))
    form = draw(st.sampled_from(["<", "<=", ">", ">=", "=", "between", "begins", "first", ""]))
    match form:
        case "":
            return "", {}
        case "between":
            return f"#{name} BETWEEN :low AND :high", {":low": low, ":high": high}
        case "begins" if kind != "N":
            return f"begins_with(#{name}, :low)", {":low": low}
        case "first" | "begins":
            return f":low {draw(st.sampled_from(['<', '<=', '>', '>=', '=']))} #{name}", {":low": low}
        case _:
            return f"#{name} {form} :low", {":low": low}


@st.composite
def queries(draw: st.DrawFn) -> Json:
    index = draw(st.sampled_from([*KINDS, "keys_only", "no_sort", "local", ""]))
    partition, groups = ("pk", "pq") if index in ("local", "") else ("group", "gh")
    sort = {"keys_only": "by_text", "local": "by_text", "": "sk", "no_sort": ""}.get(index, index)
    values: Json = {":p": {"S": draw(st.sampled_from(groups))}}
    names = {f"#{partition}": partition}
    clause, more = draw(conditions(sort, KINDS.get(sort, "S"))) if sort else ("", {})
    clauses = [f"#{partition} = :p"]
    if clause:
        names[f"#{sort}"] = sort
        values |= more
        clauses.append(draw(st.sampled_from([clause, f"({clause})"])))
    if draw(st.booleans()):
        clauses.reverse()
    query: Json = {"KeyConditionExpression": " AND ".join(clauses), "ScanIndexForward": draw(st.booleans())}
    if index:
        query["IndexName"] = index
    return query | draw(_common(names, values))


@st.composite
def scans(draw: st.DrawFn) -> Json:
    scan: Json = {}
    if index := draw(st.sampled_from(["", "", "by_text", "by_number", "local"])):
        scan["IndexName"] = index
    if draw(st.sampled_from([False, False, True])):
        scan |= {"TotalSegments": 2, "Segment": draw(st.integers(0, 1))}
    return scan | draw(_common({}, {}))


@st.composite
def _common(draw: st.DrawFn, names: dict[str, str], values: Json) -> Json:
    request: Json = {"TableName": "table"}
    if draw(st.booleans()):
        request["Limit"] = draw(st.integers(1, 5))
    if draw(st.booleans()):
        names, values = {**names, "#size": "size"}, {**values, ":size": {"N": "2"}}
        request["FilterExpression"] = draw(st.sampled_from(["#size < :size", "#size = :size OR #size > :size"]))
    if draw(st.booleans()):
        request["Select"] = "COUNT"
    if names:
        request["ExpressionAttributeNames"] = names
    if values:
        request["ExpressionAttributeValues"] = values
    return request


class Both:
    """MiniStack as it is, and with our changes, which must answer the same."""

    def __init__(self, ours: Any, theirs: Any) -> None:
        self.ours, self.theirs = ours, theirs

    def ask(self, action: str, request: Json) -> Json:
        """What both answer."""
        answers = []
        for service in (self.ours, self.theirs):
            status, _, body = getattr(service, action)(json.loads(json.dumps(request)))
            answers.append((status, json.loads(body)))
        if action not in ("_create_table", "_delete_table", "_update_table"):  # whose answers have times
            assert answers[0] == answers[1], (action, request)
        answer: Json = answers[0][1]
        return answer | {"status": answers[0][0]}

    def anew(self, table: Json) -> None:
        """An empty table."""
        self.ask("_delete_table", {"TableName": "table"})
        assert self.ask("_create_table", table)["status"] == 200

    def pages(self, action: str, request: Json) -> list[Json]:
        """All pages."""
        pages: list[Json] = []
        while len(pages) < LONGEST_PAGES:
            page = self.ask(action, request)
            pages.append(page)
            if "LastEvaluatedKey" not in page:
                return pages
            request = {**request, "ExclusiveStartKey": page["LastEvaluatedKey"]}
        raise AssertionError("it does not end")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with copy_of("dynamodb") as ours, open_file(tmp_path_factory.mktemp("state")) as file:
        dynamodb_items.install(file)
        yield Both(ours, plain("dynamodb"))


def _apply(both: Both, changes: list[tuple[str, Json]], key_names: tuple[str, ...] = ("pk", "sk")) -> None:
    for change, item in changes:
        key = {name: item[name] for name in key_names}
        match change:
            case "put":
                both.ask("_put_item", {"TableName": "table", "Item": item})
            case "delete":
                both.ask("_delete_item", {"TableName": "table", "Key": key})
            case _:
                update = {"UpdateExpression": "SET by_text = :t REMOVE by_number", "TableName": "table", "Key": key}
                both.ask("_update_item", update | {"ExpressionAttributeValues": {":t": {"S": "ab"}}})


@settings(max_examples=120, deadline=None)
@given(changes=writes, asked=st.lists(queries(), min_size=1, max_size=6))
def test_queries(both: Both, changes: list[tuple[str, Json]], asked: list[Json]) -> None:
    both.anew(TABLE)
    half = len(changes) // 2
    _apply(both, changes[:half])
    both.pages("_query", asked[0])  # from now on the order is kept
    _apply(both, changes[half:])
    for query in asked:
        both.pages("_query", query)


@settings(max_examples=60, deadline=None)
@given(changes=writes, asked=st.lists(scans(), min_size=1, max_size=4))
def test_scans(both: Both, changes: list[tuple[str, Json]], asked: list[Json]) -> None:
    both.anew(TABLE)
    half = len(changes) // 2
    _apply(both, changes[:half])
    both.pages("_scan", asked[0])
    _apply(both, changes[half:])
    for scan in asked:
        both.pages("_scan", scan)


@settings(max_examples=30, deadline=None)
@given(changes=writes, limit=st.integers(1, 4))
def test_a_table_without_a_sort_key(both: Both, changes: list[tuple[str, Json]], limit: int) -> None:
    both.anew(HASH_ONLY)
    plain_changes = [
        (change, {"pk": {"S": item["sk"]["S"]}, **{n: v for n, v in item.items() if n in ("group", "by_text")}})
        for change, item in changes
    ]
    _apply(both, [(c, i) for c, i in plain_changes if c != "update"], ("pk",))
    both.pages("_scan", {"TableName": "table", "Limit": limit})
    values = {":g": {"S": "g"}, ":t": {"S": "a"}}
    condition = {"KeyConditionExpression": "#g = :g AND by_text > :t", "ExpressionAttributeNames": {"#g": "group"}}
    query = {"TableName": "table", "IndexName": "by_text", "Limit": limit, "ExpressionAttributeValues": values}
    both.pages("_query", query | condition)


@pytest.mark.parametrize("kind", ["N", "B"])
@pytest.mark.parametrize("forward", [True, False])
def test_a_table_whose_sort_key_is_no_text(both: Both, kind: str, forward: bool) -> None:
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    attributes = [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": kind}]
    both.anew(
        {
            "TableName": "table",
            "KeySchema": keys,
            "AttributeDefinitions": attributes,
            "BillingMode": "PAY_PER_REQUEST",
        }
    )
    _apply(both, [("put", {"pk": {"S": "p"}, "sk": {kind: value}}) for value in VALUES[kind]])
    values = {":p": {"S": "p"}, ":low": {kind: VALUES[kind][1]}}
    query = {"TableName": "table", "KeyConditionExpression": "pk = :p AND sk >= :low", "Limit": 2}
    both.pages("_query", query | {"ExpressionAttributeValues": values, "ScanIndexForward": forward})


def test_a_page_of_a_table_costs_its_own_length(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    both.anew(TABLE)
    _apply(both, [("put", {"pk": {"S": "p"}, "sk": {"S": f"{number:04d}"}}) for number in range(300)])
    evaluate, evaluated = both.ours._evaluate_condition, []

    def noted(condition: str, item: Json, *args: Any, **more: Any) -> Any:
        evaluated.append(item)
        return evaluate(condition, item, *args, **more)

    monkeypatch.setattr(both.ours, "_evaluate_condition", noted)
    query = {"TableName": "table", "KeyConditionExpression": "pk = :p", "Limit": 5}
    both.ask("_query", query | {"ExpressionAttributeValues": {":p": {"S": "p"}}})
    assert len(evaluated) <= 6


def test_key_conditions_of_the_old_form(both: Both) -> None:
    both.anew(TABLE)
    _apply(both, [("put", _item(number)) for number in range(9)])
    for operator, given_values in (("GT", ["4"]), ("BETWEEN", ["2", "6"]), ("EQ", ["3"]), ("LE", ["5"])):
        conditions_of_both = {
            "group": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "g"}]},
            "by_number": {"ComparisonOperator": operator, "AttributeValueList": [{"N": v} for v in given_values]},
        }
        for forward in (True, False):
            query = {"TableName": "table", "IndexName": "by_number", "KeyConditions": conditions_of_both, "Limit": 2}
            pages = both.pages("_query", query | {"ScanIndexForward": forward})
            assert any(page["Items"] for page in pages)


@pytest.mark.parametrize("forward", [True, False])
def test_a_between_in_parentheses_that_stands_first(both: Both, forward: bool) -> None:
    both.anew(TABLE)
    _apply(both, [("put", _item(number)) for number in range(9)])
    query = {
        "TableName": "table",
        "IndexName": "by_number",
        "KeyConditionExpression": "(by_number BETWEEN :low AND :high) AND #g = :g",
        "ExpressionAttributeNames": {"#g": "group"},
        "ExpressionAttributeValues": {":low": {"N": "2"}, ":high": {"N": "6"}, ":g": {"S": "g"}},
    }
    pages = both.pages("_query", query | {"ScanIndexForward": forward})
    assert any(page["Items"] for page in pages)


@pytest.mark.parametrize("index", KINDS)
@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "="])
def test_an_operand_that_stands_first(both: Both, index: str, sign: str) -> None:
    both.anew(TABLE)
    _apply(both, [("put", _item(number) | {"by_bytes": {"B": f"{number:02}AA"}}) for number in range(9)])
    operand = _item(6)[index] if index != "by_bytes" else {"B": "06AA"}
    query = {
        "TableName": "table",
        "IndexName": index,
        "KeyConditionExpression": f":v {sign} #i AND :g = #g",
        "ExpressionAttributeNames": {"#i": index, "#g": "group"},
        "ExpressionAttributeValues": {":v": operand, ":g": {"S": "g"}},
        "Limit": 2,
    }
    for forward in (True, False):
        pages = both.pages("_query", query | {"ScanIndexForward": forward})
        assert any(page["Items"] for page in pages)


def test_a_beginning_of_bytes(both: Both) -> None:
    both.anew(TABLE)
    _apply(both, [("put", _item(number) | {"by_bytes": {"B": f"{number:02}AA"}}) for number in range(9)])
    query = {
        "TableName": "table",
        "IndexName": "by_bytes",
        "KeyConditionExpression": "#g = :g AND begins_with(by_bytes, :v)",
        "ExpressionAttributeNames": {"#g": "group"},
        "ExpressionAttributeValues": {":v": {"B": "06AA"}, ":g": {"S": "g"}},
        "Limit": 1,
    }
    assert any(page["Items"] for page in both.pages("_query", query))


@pytest.mark.parametrize("action", ["_query", "_scan"])
@pytest.mark.parametrize("index", ["by_text", "keys_only", ""])
@pytest.mark.parametrize("kibibytes", [37, 390])
def test_pages_of_a_mebibyte(both: Both, action: str, index: str, kibibytes: int) -> None:
    both.anew(TABLE)
    number = 3 * 1024 // kibibytes
    for place in range(number):
        item = {**_item(place), "filling": {"S": "x" * 1024 * kibibytes}}
        both.ask("_put_item", {"TableName": "table", "Item": item})
    request: Json = {"TableName": "table", **({"IndexName": index} if index else {})}
    if action == "_query":
        partition = "group" if index else "pk"
        request |= {"KeyConditionExpression": "#p = :p", "ExpressionAttributeNames": {"#p": partition}}
        request |= {"ExpressionAttributeValues": {":p": {"S": "g" if index else "p"}}}
    pages = both.pages(action, request)
    assert sum(page["Count"] for page in pages) == number
    assert len(pages) == (1 if index == "keys_only" else 4)


def test_an_index_that_comes_later(both: Both) -> None:
    without = {**TABLE, "GlobalSecondaryIndexes": TABLE["GlobalSecondaryIndexes"][1:]}  # type: ignore[index]
    both.anew(without)
    _apply(both, [("put", _item(number)) for number in range(5)])
    query = {"TableName": "table", "KeyConditionExpression": "#g = :g", "ExpressionAttributeNames": {"#g": "group"}}
    query |= {"ExpressionAttributeValues": {":g": {"S": "g"}}}
    both.pages("_query", query | {"IndexName": "no_sort"})
    added = TABLE["GlobalSecondaryIndexes"][0]  # type: ignore[index]
    update = {"TableName": "table", "AttributeDefinitions": TABLE["AttributeDefinitions"]}
    made = both.ask("_update_table", update | {"GlobalSecondaryIndexUpdates": [{"Create": added}]})
    assert made["status"] == 200, made
    both.ask("_put_item", {"TableName": "table", "Item": _item(7)})
    [page] = both.pages("_query", query | {"IndexName": "by_text"})
    assert page["Count"] == 6


def _item(number: int) -> Json:
    attributes = {"pk": {"S": "p"}, "sk": {"S": f"{number:03}"}, "group": {"S": "g"}, "by_text": {"S": f"{number:03}"}}
    return {**attributes, "by_number": {"N": str(number)}}
