"""The empty tables, buckets and queues that each test of the handlers finds.

moto answers a request in milliseconds, and it takes two dozen of them to make all of this. So it is asked once in a
process, and what it made is kept: every test after the first gets a copy of that.
"""

import copy
from collections.abc import Sequence
from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

BUCKETS = ("artifacts", "backups", "sources", "models")
QUEUES = ("create", "update", "delete")

_tables: dict[str, dict[str, Any]] = {}
"""Tables as moto has them, by region. They stay as they are: a test works on a copy."""
_queue_urls: dict[str, dict[str, str]] = {}


def set_up(region: str) -> dict[str, str]:
    """Have moto, which has nothing yet, play the services that handlers use. Returns the addresses of the queues."""
    tables = dynamodb_backends[DEFAULT_ACCOUNT_ID][region].tables
    if region in _tables:
        tables.update(copy.deepcopy(_tables[region]))
        for bucket in BUCKETS:
            s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(bucket, region)
        for queue in QUEUES:
            sqs_backends[DEFAULT_ACCOUNT_ID][region].create_queue(queue)
        return _queue_urls[region]
    _create_tables(boto3.client("dynamodb", region_name=region))
    for bucket in BUCKETS:
        boto3.client("s3", region_name=region).create_bucket(Bucket=bucket)
    sqs = boto3.client("sqs", region_name=region)
    _queue_urls[region] = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}
    _tables[region] = copy.deepcopy(dict(tables))
    return _queue_urls[region]


def create_table(client: Any, name: str, partition: str, sort: str | None = None, *indexes: dict[str, Any]) -> None:
    """A table whose key is one attribute, or two, with these indexes."""
    schemas = [_key(partition, sort), *(index["KeySchema"] for index in indexes)]
    attributes = dict.fromkeys(entry["AttributeName"] for schema in schemas for entry in schema)
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in attributes],
        KeySchema=schemas[0],
        **({"GlobalSecondaryIndexes": list(indexes)} if indexes else {}),
    )


def _create_tables(client: Any) -> None:
    create_table(
        client, "documents", "doc_hash", None, *(_index(name, "updated_at") for name in ("status", "leftovers"))
    )
    create_table(client, "indexes", "index_name")
    create_table(client, "search-cache", "entry")
    create_table(client, "progress", "item")
    lists = ("every", "state_machine", "status", "state_machine_status", "doc_hash")
    create_table(client, "runs", "run", None, *(_index(name, "started_at") for name in lists))
    lists = ("every", "caller_key", "doc_hash")
    create_table(client, "audit", "entry", None, *(_index(name, "at") for name in lists))
    create_table(
        client,
        "chats",
        "owner",
        "item",
        _index("owner", "active_at"),
        _index("running", "running_since", projection="KEYS_ONLY"),
    )
    create_table(client, "listing", "list", "place")
    create_table(client, "live", "kind", "id")


def _index(partition: str, sort: str, projection: str = "ALL") -> dict[str, Any]:
    return {
        "IndexName": f"{partition}-{sort}",
        "KeySchema": _key(partition, sort),
        "Projection": {"ProjectionType": projection},
    }


def _key(partition: str, sort: str | None) -> Sequence[dict[str, str]]:
    key = [{"AttributeName": partition, "KeyType": "HASH"}]
    return [*key, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else key
