"""Deaths in the middle of a load: whatever was answered is there, and a delete that was answered is one."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError

from tests.local.emulator.mortal import Mortal, until

DEATHS = 2
ANSWERS = 60
"""Of each writer, before a death."""


class Writer:
    """Writes one thing after the other until the emulator is gone, and knows what was answered."""

    def __init__(self, write: Callable[[int], Any]) -> None:
        self._write = write
        self.answered: list[int] = []
        self.number = 0
        self._thread = threading.Thread(target=self._run)

    def begin(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def join(self) -> None:
        self._thread.join(30)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            self.number += 1
            try:
                self._write(self.number)
            except (HTTPClientError, ClientError):
                return
            self.answered.append(self.number)


def test_a_load_that_is_killed_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    mortal = Mortal(tmp_path)
    mortal.start()
    items, objects, queues = (mortal.client(service) for service in ("dynamodb", "s3", "sqs"))
    key = [{"AttributeName": "k", "KeyType": "HASH"}]
    kinds = [{"AttributeName": "k", "AttributeType": "S"}]
    items.create_table(TableName="table", KeySchema=key, AttributeDefinitions=kinds, BillingMode="PAY_PER_REQUEST")
    objects.create_bucket(Bucket="bucket")
    url = queues.create_queue(QueueName="queue")["QueueUrl"]

    def pair(number: int) -> None:
        puts = [{"Put": {"TableName": "table", "Item": {"k": {"S": f"{side}{number}"}}}} for side in "lr"]
        items.transact_write_items(TransactItems=puts)

    def replace(number: int) -> None:
        objects.put_object(Bucket="bucket", Key="over", Body=f"{number}".encode() * 5000)

    def keep(number: int) -> None:
        objects.put_object(Bucket="bucket", Key=f"k{number}", Body=f"{number}".encode())
        if number % 3 == 0:
            objects.delete_object(Bucket="bucket", Key=f"k{number}")

    def send(number: int) -> None:
        queues.send_message(QueueUrl=url, MessageBody=str(number))

    pairs, over, kept, sent = writers = [Writer(write) for write in (pair, replace, keep, send)]
    for death in range(1, DEATHS + 1):
        for writer in writers:
            writer.begin()
        until(lambda death=death: all(len(writer.answered) >= death * ANSWERS for writer in writers))
        mortal.kill()
        for writer in writers:
            writer.join()
        mortal.start()

        pages = items.get_paginator("scan").paginate(TableName="table")
        found = {item["k"]["S"] for page in pages for item in page["Items"]}
        assert {f"{side}{number}" for number in pairs.answered for side in "lr"} <= found
        assert {name[1:] for name in found if name[0] == "l"} == {name[1:] for name in found if name[0] == "r"}

        body = objects.get_object(Bucket="bucket", Key="over")["Body"].read().decode()
        assert body in {str(number) * 5000 for number in (over.answered[-1], over.number)}
        listed = objects.get_paginator("list_objects_v2").paginate(Bucket="bucket")
        keys = {entry["Key"] for page in listed for entry in page["Contents"]}
        answered = {f"k{number}" for number in kept.answered if number % 3}
        assert answered <= keys
        assert keys - answered <= {"over", f"k{kept.number}", *(f"k{number}" for number in _unanswered(kept))}
        for name in keys - {"over"}:
            assert objects.get_object(Bucket="bucket", Key=name)["Body"].read() == name[1:].encode()

        name = "ApproximateNumberOfMessages"
        counted = queues.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
        assert len(sent.answered) <= int(counted) <= len(sent.answered) + death
    mortal.stop()


def _unanswered(writer: Writer) -> set[int]:
    return set(range(1, writer.number + 1)) - set(writer.answered)
