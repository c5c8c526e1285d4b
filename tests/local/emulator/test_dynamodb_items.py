"""Items: what was answered is there after the emulator's death, and a transaction is there whole or not at all."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator import dynamodb_items
from local.emulator.state_file import StateFile
from tests.local.emulator.mortal import Mortal, copy_of, open_file

Json = dict[str, Any]


def _table(name: str) -> Json:
    key = {"AttributeName": "k", "KeyType": "HASH"}
    attributes = [{"AttributeName": "k", "AttributeType": "S"}, {"AttributeName": "state", "AttributeType": "S"}]
    index = {"IndexName": "by_state", "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}]}
    return {
        "TableName": name,
        "KeySchema": [key],
        "AttributeDefinitions": attributes,
        "BillingMode": "PAY_PER_REQUEST",
        "GlobalSecondaryIndexes": [{**index, "Projection": {"ProjectionType": "ALL"}}],
    }


def _item(key: str, state: str = "new") -> Json:
    return {"k": {"S": key}, "state": {"S": state}, "text": {"S": "é\U0001f33c\n\0"}, "bytes": {"B": b"\0\xff"}}


def _all(client: Any, table: str) -> dict[str, str]:
    return {item["k"]["S"]: item["state"]["S"] for item in client.scan(TableName=table)["Items"]}


def test_every_write_that_was_answered_is_there_after_a_death(mortal: Mortal) -> None:
    client = mortal.client("dynamodb")
    client.create_table(**_table("writes"))
    for key in ("put", "updated", "deleted", "moved"):
        client.put_item(TableName="writes", Item=_item(key))
    client.update_item(
        TableName="writes",
        Key={"k": {"S": "updated"}},
        UpdateExpression="SET #s = :s ADD tries :one",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "old"}, ":one": {"N": "1"}},
    )
    client.delete_item(TableName="writes", Key={"k": {"S": "deleted"}})
    puts = [{"PutRequest": {"Item": _item(f"batch-{number}")}} for number in range(3)]
    client.batch_write_item(RequestItems={"writes": [*puts, {"DeleteRequest": {"Key": {"k": {"S": "nobody"}}}}]})
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "writes", "Item": _item("transacted")}},
            {"Delete": {"TableName": "writes", "Key": {"k": {"S": "moved"}}}},
        ]
    )
    before = client.scan(TableName="writes")["Items"]
    assert _item("put") in before
    went_on = mortal.die()
    assert not went_on.was_clean
    assert client.scan(TableName="writes")["Items"] == before
    assert set(_all(client, "writes")) == {"put", "updated", "transacted", "batch-0", "batch-1", "batch-2"}
    query = {"KeyConditionExpression": "#s = :s", "ExpressionAttributeNames": {"#s": "state"}}
    old = client.query(
        TableName="writes", IndexName="by_state", ExpressionAttributeValues={":s": {"S": "old"}}, **query
    )
    assert [item["k"]["S"] for item in old["Items"]] == ["updated"]
    assert client.describe_table(TableName="writes")["Table"]["ItemCount"] == 6


def test_a_condition_holds_against_what_was_there_before_a_death(mortal: Mortal) -> None:
    client = mortal.client("dynamodb")
    client.create_table(**_table("conditions"))
    new = {"TableName": "conditions", "Item": _item("one"), "ConditionExpression": "attribute_not_exists(k)"}
    client.put_item(**new)
    mortal.die()
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(**new)


def test_a_table_that_is_made_anew_is_empty_after_a_death_too(mortal: Mortal) -> None:
    client = mortal.client("dynamodb")
    client.create_table(**_table("anew"))
    client.put_item(TableName="anew", Item=_item("before"))
    client.delete_table(TableName="anew")
    client.create_table(**_table("anew"))
    client.put_item(TableName="anew", Item=_item("after"))
    mortal.die()
    assert set(_all(client, "anew")) == {"after"}


def test_a_deleted_table_stays_deleted(mortal: Mortal) -> None:
    client = mortal.client("dynamodb")
    client.create_table(**_table("deleted"))
    client.put_item(TableName="deleted", Item=_item("one"))
    client.delete_table(TableName="deleted")
    client.list_tables()  # what a deployment makes is stored before the next request for data
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.scan(TableName="deleted")
    mortal.die()
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.scan(TableName="deleted")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Any, StateFile]]:
    """DynamoDB in this process, with a table."""
    with copy_of("dynamodb") as dynamodb, open_file(tmp_path) as file:
        dynamodb_items.install(file)
        assert dynamodb._create_table(_table("table"))[0] == 200
        yield dynamodb, file


def _stored(file: StateFile) -> dict[str, str]:
    rows = file.rows("SELECT item FROM items")
    return {item["k"]["S"]: item["state"]["S"] for item in (json.loads(text) for (text,) in rows)}


def _transaction(*keys: str) -> Json:
    return {
        "TransactItems": [{"Put": {"TableName": "table", "Item": {"k": {"S": k}, "state": {"S": "new"}}}} for k in keys]
    }


def test_a_transaction_is_on_disk_whole_or_not_at_all(
    service: tuple[Any, StateFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    dynamodb, file = service
    assert dynamodb._transact_write_items(_transaction("a", "b"))[0] == 200
    write, written = dynamodb._set_item, []

    def die_at_the_second(table: Json, partition: Any, *rest: Any) -> Any:
        written.append(partition)
        if len(written) == 2:
            raise SystemExit
        return write(table, partition, *rest)

    monkeypatch.setattr(dynamodb, "_set_item", die_at_the_second)
    with pytest.raises(SystemExit):
        dynamodb._transact_write_items(_transaction("c", "d"))
    assert written == ["c", "d"]
    assert _stored(file) == {"a": "new", "b": "new"}


def test_statements_that_fail_together_leave_nothing(service: tuple[Any, StateFile]) -> None:
    dynamodb, file = service
    insert = "INSERT INTO \"table\" VALUE {'k': 'one', 'state': 'new'}"
    assert dynamodb._execute_statement({"Statement": insert})[0] == 200
    other = "INSERT INTO \"table\" VALUE {'k': 'two', 'state': 'new'}"
    status, _, _ = dynamodb._execute_transaction({"TransactStatements": [{"Statement": other}, {"Statement": insert}]})
    assert status == 400
    assert _stored(file) == {"one": "new"}


def test_what_is_not_on_disk_is_not_answered_for(service: tuple[Any, StateFile]) -> None:
    dynamodb, file = service
    file.execute("DROP TABLE items")
    with pytest.raises(sqlite3.OperationalError):
        dynamodb._put_item({"TableName": "table", "Item": {"k": {"S": "one"}}})
    assert "Item" not in json.loads(dynamodb._get_item({"TableName": "table", "Key": {"k": {"S": "one"}}})[2])


def test_items_of_a_state_from_before_the_file_are_taken_over_once(tmp_path: Path) -> None:
    with copy_of("dynamodb") as before:
        before._create_table(_table("table"))
        before._put_item({"TableName": "table", "Item": {"k": {"S": "one"}, "state": {"S": "new"}}})
        state = before.get_state()
    with open_file(tmp_path) as file, copy_of("dynamodb") as dynamodb:
        dynamodb_items.install(file)
        dynamodb.load_persisted_state(state)
        assert _stored(file) == {"one": "new"}
        assert json.loads(dynamodb._scan({"TableName": "table"})[2])["Count"] == 1
