"""Messages: answered as MiniStack answers, there after a death with all that is known of them, and in order."""

import asyncio
import copy
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.emulator import sqs_messages
from local.emulator.sqs_messages import Messages
from local.emulator.state_file import StateFile
from tests.local.emulator.mortal import Mortal, copy_of, open_file, plain, until

Json = dict[str, Any]
SYSTEM = ["ApproximateReceiveCount", "DeadLetterQueueSourceArn"]
URL = "http://localhost:4566/000000000000/{}"
ARN = "arn:aws:sqs:us-east-1:000000000000:{}"


class Clock:
    """The time of the services under test, which passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000_000_000.0

    def time(self) -> float:
        """Seconds since the epoch. No two readings are the same."""
        self.now += 1e-6
        return self.now

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


class Queues:
    """SQS in this process."""

    def __init__(self, service: Any) -> None:
        self.service = service
        service._queues.clear()
        service._queue_name_to_url.clear()
        self.receipts: dict[str, str] = {}
        """Of each body, the newest."""

    def ask(self, action: str, **request: Any) -> Json:
        status, _, body = asyncio.run(self.service._handle_json(action, request, "/"))
        answer: Json = json.loads(body)
        return answer if status == 200 else {"refused": answer.get("__type")}

    def receive(self, queue: str, most: int = 10, **more: Any) -> list[tuple[str, str, str]]:
        """Bodies, receive counts and where they came from."""
        request = {"QueueUrl": URL.format(queue), "MaxNumberOfMessages": most, "AttributeNames": SYSTEM, **more}
        found = []
        for message in self.ask("ReceiveMessage", **request).get("Messages", []):
            self.receipts[message["Body"]] = message["ReceiptHandle"]
            system = message["Attributes"]
            found.append(
                (message["Body"], system["ApproximateReceiveCount"], system.get("DeadLetterQueueSourceArn", ""))
            )
        return found

    def counts(self, queue: str) -> list[str]:
        attributes = self.ask("GetQueueAttributes", QueueUrl=URL.format(queue), AttributeNames=["All"])["Attributes"]
        kinds = ("", "NotVisible", "Delayed")
        return [attributes[f"ApproximateNumberOfMessages{kind}"] for kind in kinds]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StateFile]:
    """A state file of a test's own, whose messages live in the true time."""
    monkeypatch.setattr(sqs_messages, "time", time)
    with open_file(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StateFile]:
    with open_file(tmp_path_factory.mktemp("state")) as opened:
        yield opened


@pytest.fixture(scope="module")
def services(shared_file: StateFile) -> Iterator[tuple[Any, Any, Clock]]:
    """SQS with our changes, and as it is, and the time of both."""
    clock, patch = Clock(), pytest.MonkeyPatch()
    theirs = plain("sqs")
    with copy_of("sqs") as ours:
        sqs_messages.install(shared_file)
        for module in (ours, theirs, sqs_messages):
            patch.setattr(module, "time", clock)
        yield ours, theirs, clock
        patch.undo()


@pytest.fixture
def ours(services: tuple[Any, Any, Clock]) -> tuple[Queues, Clock]:
    queues = Queues(services[0])
    _create(queues)
    return queues, services[2]


def _create(queues: Queues) -> None:
    queues.ask("CreateQueue", QueueName="dead")
    redrive = json.dumps({"deadLetterTargetArn": ARN.format("dead"), "maxReceiveCount": 3})
    attributes = {"RedrivePolicy": redrive, "VisibilityTimeout": "30", "MessageRetentionPeriod": "1000"}
    queues.ask("CreateQueue", QueueName="queue", Attributes=attributes)
    assert queues.counts("queue") == ["0", "0", "0"]


bodies = st.sampled_from([f"m{number}" for number in range(12)])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(0, 40)),
        st.tuples(st.just("send batch"), st.integers(1, 4)),
        st.tuples(st.just("receive"), st.integers(1, 10)),
        st.tuples(st.just("receive for"), st.sampled_from([0, 1, 600])),
        st.tuples(st.just("receive dead"), st.integers(1, 10)),
        st.tuples(st.just("delete"), bodies),
        st.tuples(st.just("delete batch"), st.lists(bodies, min_size=1, max_size=4, unique=True)),
        st.tuples(st.just("visibility"), st.tuples(bodies, st.sampled_from([0, 5, 60]))),
        st.tuples(st.just("visibility batch"), st.lists(bodies, min_size=1, max_size=4, unique=True)),
        st.tuples(st.just("wait"), st.sampled_from([1, 31, 400])),
        st.tuples(st.just("purge"), st.none()),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(done=steps)
def test_whatever_is_done_the_answers_are_those_of_ministack(
    services: tuple[Any, Any, Clock], done: list[tuple[str, Any]]
) -> None:
    """But for the order of what is handed out, which AWS does not promise: so all are asked for, or counted."""
    both = [Queues(service) for service in services[:2]]
    clock = services[2]
    for queues in both:
        _create(queues)
    sent = 0
    for step, argument in done:
        if step == "wait":
            clock.now += argument
            continue
        answers = [_do(queues, step, argument, sent) for queues in both]
        assert answers[0] == answers[1], step
        assert both[0].counts("queue") == both[1].counts("queue")
        assert both[0].counts("dead") == both[1].counts("dead")
        sent += argument if step == "send batch" else step == "send"
    stored = services[0]._queues[URL.format("queue")]["messages"]
    assert sorted(stored, key=str) == sorted(_reloaded(stored), key=str)


def _reloaded(messages: Messages) -> Messages:
    again = Messages(messages._file, messages._queue_arn)
    again.load()
    return again


def _do(queues: Queues, step: str, argument: Any, sent: int) -> Any:
    queue, receipts = {"QueueUrl": URL.format("queue")}, queues.receipts
    match step:
        case "send":
            queues.ask("SendMessage", MessageBody=f"m{sent}", DelaySeconds=argument if argument > 20 else 0, **queue)
            return None
        case "send batch":
            entries = [{"Id": str(n), "MessageBody": f"m{sent + n}"} for n in range(argument)]
            return len(queues.ask("SendMessageBatch", Entries=entries, **queue)["Successful"])
        case "receive" | "receive for":
            # All of those that can be seen, as which ones come first is ours to choose.
            more = {"VisibilityTimeout": argument} if step == "receive for" else {}
            most = 10 if int(queues.counts("queue")[0]) <= 10 else 0
            return sorted(queues.receive("queue", most, **more)) if most else None
        case "receive dead":
            return sorted(queues.receive("dead", 10)) if int(queues.counts("dead")[0]) <= 10 else None
        case "delete":
            return queues.ask("DeleteMessage", ReceiptHandle=receipts.get(argument, "none"), **queue)
        case "delete batch":
            entries = [{"Id": body, "ReceiptHandle": receipts.get(body, "none")} for body in argument]
            return queues.ask("DeleteMessageBatch", Entries=entries, **queue)
        case "visibility":
            body, seconds = argument
            request = {"ReceiptHandle": receipts.get(body, "none"), "VisibilityTimeout": seconds}
            return queues.ask("ChangeMessageVisibility", **request, **queue)
        case "visibility batch":
            entries = [
                {"Id": body, "ReceiptHandle": receipts.get(body, "none"), "VisibilityTimeout": 7} for body in argument
            ]
            return queues.ask("ChangeMessageVisibilityBatch", Entries=entries, **queue)
        case _:
            return queues.ask("PurgeQueue", **queue)


def test_a_message_that_is_hidden_while_it_can_be_seen_is_not_handed_out(ours: tuple[Queues, Clock]) -> None:
    queues, _ = ours
    queues.ask("SendMessage", QueueUrl=URL.format("queue"), MessageBody="one")
    queues.receive("queue", VisibilityTimeout=0)
    assert queues.counts("queue") == ["1", "0", "0"]
    request = {"QueueUrl": URL.format("queue"), "ReceiptHandle": queues.receipts["one"]}
    for _ in range(3):
        queues.ask("ChangeMessageVisibility", VisibilityTimeout=0, **request)
        assert queues.counts("queue") == ["1", "0", "0"]
    queues.ask("ChangeMessageVisibility", VisibilityTimeout=60, **request)
    assert queues.receive("queue") == []
    queues.ask("ChangeMessageVisibility", VisibilityTimeout=0, **request)
    assert [count for _, count, _ in queues.receive("queue")] == ["2"]


def test_messages_end_by_the_time_they_were_sent_in_a_dead_letter_queue_too(ours: tuple[Queues, Clock]) -> None:
    queues, clock = ours
    queues.ask("SetQueueAttributes", QueueUrl=URL.format("dead"), Attributes={"MessageRetentionPeriod": "1000"})
    queues.ask("SendMessage", QueueUrl=URL.format("queue"), MessageBody="old")
    queues.receive("queue", VisibilityTimeout=0)
    queues.receive("queue", VisibilityTimeout=0)
    queues.receive("queue", VisibilityTimeout=600)
    clock.now += 500
    queues.ask("SendMessage", QueueUrl=URL.format("queue"), MessageBody="young")
    for _ in range(3):
        queues.receive("queue", VisibilityTimeout=0)
    queues.receive("queue")
    assert queues.counts("dead")[0] == "1"  # the young one was moved first
    clock.now += 101
    queues.receive("queue")
    assert queues.counts("dead")[0] == "2"
    clock.now += 450
    assert [body for body, _, _ in queues.receive("dead")] == ["young"]


@pytest.mark.parametrize("seed", range(3))
def test_neither_new_messages_nor_returned_ones_starve(ours: tuple[Queues, Clock], seed: int) -> None:
    """Those that wait longest come first, whether they were received before or not."""
    queues, clock = ours
    queues.ask("SetQueueAttributes", QueueUrl=URL.format("queue"), Attributes={"RedrivePolicy": ""})
    chance = random.Random(seed)
    waits: dict[str, float] = {}
    longest = 0.0
    for number in range(400):
        clock.now += 1
        body = f"m{number}"
        queues.ask("SendMessage", QueueUrl=URL.format("queue"), MessageBody=body)
        waits[body] = clock.now
        for received, _, _ in queues.receive("queue", 2):
            longest = max(longest, clock.now - waits[received])
            if chance.random() < 0.5:
                seconds = chance.choice([0, 3, 10])
                request = {"ReceiptHandle": queues.receipts[received], "VisibilityTimeout": seconds}
                queues.ask("ChangeMessageVisibility", QueueUrl=URL.format("queue"), **request)
                waits[received] = clock.now + seconds
            else:
                queues.ask("DeleteMessage", QueueUrl=URL.format("queue"), ReceiptHandle=queues.receipts[received])
    assert longest < 100  # each message comes twice on average, and two can be taken for each that is sent


def test_a_queue_that_is_made_anew_is_empty(ours: tuple[Queues, Clock], shared_file: StateFile) -> None:
    queues, _ = ours
    queues.ask("SendMessage", QueueUrl=URL.format("queue"), MessageBody="before")
    queues.ask("DeleteQueue", QueueUrl=URL.format("queue"))
    queues.ask("CreateQueue", QueueName="queue")
    assert queues.counts("queue") == ["0", "0", "0"]
    assert list(_of(shared_file, "queue")) == []


def _of(file: StateFile, queue: str) -> Messages:
    messages = Messages(file, ARN.format(queue))
    messages.load()
    return messages


def _filled(file: StateFile, *bodies_sent: str) -> Messages:
    messages = Messages(file, ARN.format("queue"))
    for body in bodies_sent:
        messages.append({"id": body, "body": body, "sent_at": time.time()})
    return messages


def _handles() -> Callable[[], str]:
    numbers = iter(range(1000))
    return lambda: f"handle-{next(numbers)}"


def test_messages_in_dead_hands_are_shown_and_those_of_a_running_execution_are_not(file: StateFile) -> None:
    messages = _filled(file, "dead", "held", "back", "never")
    received = messages.receive(3, 600, _handles())
    assert [message["body"] for message in received] == ["dead", "held", "back"]
    messages.change_visibility(received[2]["receipt_handle"], 0)

    again = _of(file, "queue")
    assert again.show_again(lambda receipt: receipt == received[1]["receipt_handle"]) == 1
    assert {message["body"]: message["receive_count"] for message in again} == {
        "dead": 0,  # nobody had the time to do anything with it
        "held": 1,
        "back": 1,
        "never": 0,
    }
    shown = again.receive(10, 600, _handles())
    assert {message["body"] for message in shown} == {"dead", "back", "never"}
    assert again.delete(received[1]["receipt_handle"])
    assert len(_of(file, "queue")) == 3


def test_a_delayed_message_is_not_shown_by_a_death(file: StateFile) -> None:
    messages = Messages(file, ARN.format("queue"))
    messages.append({"id": "a", "body": "a", "sent_at": time.time(), "visible_at": time.time() + 600})
    again = _of(file, "queue")
    assert again.show_again(lambda _: False) == 0
    assert again.receive(10, 1, _handles()) == []
    assert again.counts() == (0, 0, 1)


def test_a_dead_letter_is_in_one_queue_whenever_the_death_comes(
    file: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with copy_of("sqs") as service:
        sqs_messages.install(file)
        queues = Queues(service)
        _create(queues)
        queues.ask("SendMessage", QueueUrl=URL.format("queue"), MessageBody="one")
        for _ in range(3):
            queues.receive("queue", VisibilityTimeout=0)

        def die(*_: Any) -> None:
            raise SystemExit

        for method in ("append", "remove"):
            service._queues[URL.format("queue")]["messages"] = _of(file, "queue")
            with monkeypatch.context() as patch:
                patch.setattr(Messages, method, die)
                with pytest.raises(SystemExit):
                    queues.receive("queue")
            assert (len(_of(file, "queue")), len(_of(file, "dead"))) == (1, 0)
        service._queues[URL.format("queue")]["messages"] = _of(file, "queue")
        assert queues.receive("queue") == []
        assert (len(_of(file, "queue")), len(_of(file, "dead"))) == (0, 1)
        assert [(body, source) for body, _, source in queues.receive("dead")] == [("one", ARN.format("queue"))]


def test_messages_of_a_state_from_before_the_file_are_taken_over_once(file: StateFile) -> None:
    with copy_of("sqs") as before:
        queues = Queues(before)
        queues.ask("CreateQueue", QueueName="queue")
        queues.ask("SendMessage", QueueUrl=URL.format("queue"), MessageBody="one")
        kept = before.get_state()
    for _ in range(2):  # the first one died before what a deployment makes was stored
        with copy_of("sqs") as service:
            sqs_messages.install(file)
            service.load_persisted_state(copy.deepcopy(kept))
            assert [message["body"] for message in _of(file, "queue")] == ["one"]


def test_what_is_known_of_a_message_survives_a_death(mortal: Mortal) -> None:
    client = mortal.client("sqs")
    dead = client.create_queue(QueueName="dead")["QueueUrl"]
    dead_arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1})
    url = client.create_queue(QueueName="queue")["QueueUrl"]
    poor = client.create_queue(QueueName="poor", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    attribute = {"kind": {"DataType": "String", "StringValue": "é"}}
    client.send_message(QueueUrl=url, MessageBody="kept", MessageAttributes=attribute)
    entries = [{"Id": name, "MessageBody": name} for name in ("back", "deleted", "waits")]
    client.send_message_batch(QueueUrl=url, Entries=entries)
    client.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
    client.send_message(QueueUrl=poor, MessageBody="given up")
    taken = {
        m["Body"]: m["ReceiptHandle"] for m in client.receive_message(QueueUrl=url, MaxNumberOfMessages=3)["Messages"]
    }
    assert set(taken) == {"kept", "back", "deleted"}
    client.delete_message(QueueUrl=url, ReceiptHandle=taken["deleted"])
    client.change_message_visibility(QueueUrl=url, ReceiptHandle=taken["back"], VisibilityTimeout=0)
    client.receive_message(QueueUrl=poor, VisibilityTimeout=0)
    assert "Messages" not in client.receive_message(QueueUrl=poor)  # it is moved

    went_on = mortal.die()
    assert went_on.messages_shown == 1
    request = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "AttributeNames": ["All"]}
    found = {message["Body"]: message for message in client.receive_message(**request)["Messages"]}
    assert {body: message["Attributes"]["ApproximateReceiveCount"] for body, message in found.items()} == {
        "kept": "1",
        "back": "2",
        "waits": "1",
    }
    assert found["kept"]["MessageAttributes"] == attribute
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    counted = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    assert list(counted.values()) == ["0", "1"]
    [given_up] = client.receive_message(QueueUrl=dead)["Messages"]
    assert given_up["Body"] == "given up"

    client.purge_queue(QueueUrl=url)
    mortal.die()
    assert "Messages" not in client.receive_message(QueueUrl=url)


def test_a_long_poll_gets_what_comes_meanwhile(mortal: Mortal) -> None:
    client = mortal.client("sqs")
    url = client.create_queue(QueueName="poll")["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=1)
    found = until(lambda: client.receive_message(QueueUrl=url, WaitTimeSeconds=5).get("Messages"))
    assert [message["Body"] for message in found] == ["later"]
