"""Two interpreters of the Amazon States Language behind one way of running a definition: moto's and MiniStack's.

Neither is AWS. Where both agree on a definition that keeps to the documentation, it can be trusted to run there.
"""

import functools
import io
import itertools
import json
import sys
import threading
import time
import uuid
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from bloomweaver.models.dead_letter import DeadLetter, LetterInHand
from bloomweaver.progress.notes import counted
from local import aws
from local.config import ACCESS_KEY, REGION, StackConfig
from local.ports import LOOPBACK, claim_port
from local.processes import stop
from tests.statemachines import definitions
from tests.statemachines.definitions import Definition
from tests.statemachines.pipeline import Pipeline
from tests.statemachines.tasks import Call, Payload, Reply, Script, Tasks

FUNCTIONS = (
    *("Claim", "Chunk", "Embed", "PineconeWriter", "S3Writer", "Publish", "Settle", "RecordFailure", "Mend", "Wake"),
    *("Compare", "Move", "PrepareRebuild", "Restore", "VerifyRebuild", "ChangeFolder"),
    *("Retrieve", "Generate", "Fence", "Store"),
)
BUCKETS = {"ArtifactsBucket": "artifacts", "BackupsBucket": "backups"}
PROGRESS_TABLE = "progress"
QUEUES = {"pinecone": "PineconeDLQ", "s3": "S3DLQ"}
RUN_SECONDS = 60.0
POLL_SECONDS = 0.03
_ROLE = "arn:aws:iam::123456789012:role/any"

_parse = functools.cache(AmazonStateLanguageParser.parse)
"""Parsing takes moto longer than running; what is parsed holds nothing of a run."""


@dataclass(frozen=True)
class Run:
    """How an execution went."""

    status: str
    output: Any
    error: str | None
    cause: str | None
    arn: str
    ended_in: str
    """The name of the last state."""
    calls: list[Call]
    dead_letters: dict[str, list[str]]
    """The messages on each branch's queue, as text."""
    events: Sequence[Mapping[str, Any]] = ()
    """The history."""
    noted: Mapping[str, Any] = field(default_factory=dict)
    """The item of progress that the execution has under its own name."""

    def called(self) -> list[str]:
        """The functions in the order of their calls, those of a branch with their task."""
        return [call.name for call in self.calls]

    def payloads(self, name: str) -> list[Payload]:
        """What a function was called with, in order; `name` is as in `called`."""
        return [call.payload for call in self.calls if call.name == name]


@dataclass(frozen=True)
class Redrive:
    """How a redrive went, and what is in the letters' own queue after it."""

    run: Run
    again: list[DeadLetter]
    """Letters that were sent anew."""
    undeleted: int
    """Letters that were received and are not deleted."""
    letters: int
    """Letters that it was given."""

    def done(self) -> int:
        """How many of its letters are noted as done."""
        return counted(self.run.noted.get("finished", {}).get("SS", ()))


@dataclass(frozen=True)
class Services:
    """What an interpreter offers: clients, and the name of each function for a Task's `FunctionName`."""

    states: Any
    queues: Any
    objects: Any
    tables: Any
    function_names: Mapping[str, str]


class Interpreter(ABC):
    """Runs definitions. Waits between retries take no time."""

    batches_items: bool
    """Whether it knows the `ItemBatcher` of a Distributed Map."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    @abstractmethod
    def services(self, tasks: Tasks) -> Any:
        """A context in which the functions answer as `tasks` says; gives `Services`."""

    def history(self, states: Any, arn: str) -> list[dict[str, Any]]:
        """The events of an execution."""
        pages = states.get_paginator("get_execution_history").paginate(executionArn=arn)
        return [event for page in pages for event in page["events"]]

    @abstractmethod
    def time_out(self, state: dict[str, Any]) -> None:
        """Change a Task state so that a `TimeoutError` of its function times it out soon."""

    def run(
        self,
        name: str,
        pipeline: Pipeline,
        script: Script | None = None,
        *,
        times_out: str | None = None,
        missing_queue: str | None = None,
    ) -> Run:
        """Run the definition `name` for the operation that `pipeline` has accepted.

        `times_out` is the path of a state whose task takes too long each time; `missing_queue` is a branch whose dead
        letter queue is not there.
        """
        definition = definitions.load(name)
        too_long = None
        if times_out is not None:
            slow = definitions.state(definition, times_out)
            too_long = "/".join(filter(None, (definitions.function_of(slow), definitions.task_of(slow))))
            self.time_out(slow)
        message = pipeline.message
        tasks = Tasks(pipeline.answer, script or {}, correlation_id=message.correlation_id, times_out=too_long)
        return self.execute(definition, message.model_dump(mode="json"), tasks, missing_queue)

    def redrive(
        self,
        pipeline: Pipeline,
        letters: Sequence[DeadLetter],
        script: Script | None = None,
        *,
        missing_queue: str | None = None,
    ) -> Redrive:
        """Run `redrive` for letters of the pipeline's document, which are received from a queue of their own."""
        name = f"redriven-{uuid.uuid4()}"
        again: list[DeadLetter] = []
        undeleted: list[int] = []

        def receive(queues: Any) -> Payload:
            url = queues.create_queue(QueueName=name)["QueueUrl"]
            for letter in letters:
                queues.send_message(QueueUrl=url, MessageBody=letter.model_dump_json())
            received = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=600)["Messages"]
            return {"queue_url": url, "letters": [_in_hand(message) for message in received]}

        def look(queues: Any) -> None:
            url = queues.get_queue_url(QueueName=name)["QueueUrl"]
            in_flight = "ApproximateNumberOfMessagesNotVisible"
            attributes = queues.get_queue_attributes(QueueUrl=url, AttributeNames=[in_flight])["Attributes"]
            undeleted.append(int(attributes[in_flight]))
            again.extend(DeadLetter.model_validate_json(body) for body in _drain(queues, url))

        tasks = Tasks(pipeline.answer, script or {}, correlation_id=pipeline.message.correlation_id)
        run = self.execute(definitions.load("redrive"), receive, tasks, missing_queue, after=look)
        return Redrive(run, again, undeleted[0], len(letters))

    def execute(
        self,
        definition: Definition,
        given: Payload | Callable[[Any], Payload],
        tasks: Tasks,
        missing_queue: str | None = None,
        after: Callable[[Any], None] = lambda _: None,
        backups: Mapping[str, bytes] | None = None,
    ) -> Run:
        """Run any definition with `given` as its input, or with what that makes of the queues' client.

        `after` is called with that client when the run has ended. `backups` are the objects in the backups bucket.
        """
        number = next(self._numbers)
        with self.services(tasks) as services:
            # The same names each time: a definition that moto has parsed is the same text again.
            queues = {branch: services.queues.create_queue(QueueName=branch)["QueueUrl"] for branch in QUEUES}
            for url in queues.values():
                _drain(services.queues, url)
            if backups is not None:
                _fill(services.objects, backups)
            noted = _note_that_it_began(services.tables, f"run-{number}")
            values = (
                BUCKETS
                | {"ProgressTable": PROGRESS_TABLE}
                | {f"{name}Function": services.function_names[name] for name in FUNCTIONS}
            )
            for branch, placeholder in QUEUES.items():
                values[placeholder] = queues[branch] + ("-missing" if branch == missing_queue else "")
            machine = services.states.create_state_machine(
                name=f"machine-{number}", definition=_substituted(definition, values), roleArn=_ROLE
            )["stateMachineArn"]
            arn = services.states.start_execution(
                stateMachineArn=machine,
                name=f"run-{number}",
                input=json.dumps(given(services.queues) if callable(given) else given),
            )["executionArn"]
            ended = _await_end(services.states, arn)
            after(services.queues)
            item = services.tables.get_item(TableName=PROGRESS_TABLE, Key=noted, ConsistentRead=True)["Item"]
            events = self.history(services.states, arn)
            return Run(
                status=ended["status"],
                output=json.loads(ended["output"]) if ended.get("output") else None,
                error=ended.get("error"),
                cause=ended.get("cause"),
                arn=arn,
                ended_in=_last_entered(events),
                events=events,
                noted=item,
                calls=list(tasks.calls),
                dead_letters={branch: _drain(services.queues, url) for branch, url in queues.items()},
            )


class Moto(Interpreter):
    """moto's interpreter, in this process."""

    batches_items = False

    def __init__(self) -> None:
        super().__init__()
        # moto drops boto3's default session each time, and setting one up takes longer than running a definition.
        self._session = boto3.Session(
            aws_access_key_id=ACCESS_KEY, aws_secret_access_key=ACCESS_KEY, region_name=REGION
        )

    @contextmanager
    def services(self, tasks: Tasks) -> Iterator[Services]:
        """A fresh account, whose functions are `tasks`."""

        def invoke(
            _: object, name: str, _qualifier: object, body: str, _headers: object, response_headers: dict[str, str]
        ) -> bytes:
            reply = tasks.invoke(name.rpartition(":")[2], json.loads(body))
            if reply.failed:
                response_headers["x-amz-function-error"] = "Unhandled"
            return json.dumps(reply.body).encode()

        config: Any = {"lambda": {"use_docker": False}, "stepfunctions": {"execute_state_machine": True}}
        with (
            mock_aws(config=config),
            patch.object(boto3, "DEFAULT_SESSION", self._session),
            patch.object(LambdaSimpleBackend, "invoke", invoke),
            patch.object(AmazonStateLanguageParser, "parse", staticmethod(_parse)),
            patch.object(retrier_decl, "time", SimpleNamespace(sleep=lambda _: None)),
        ):
            yield Services(
                self._session.client("stepfunctions"),
                self._session.client("sqs"),
                self._session.client("s3"),
                self._session.client("dynamodb"),
                {name: f"arn:aws:lambda:{REGION}:123456789012:function:{name}" for name in FUNCTIONS},
            )

    def history(self, states: Any, arn: str) -> list[dict[str, Any]]:
        """As moto keeps it.

        It reads a task's timeout for the history off a stack that another thread may have emptied, and then cannot
        serialise what it read.
        """
        history = stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID][REGION].get_execution_history(arn)
        events: list[dict[str, Any]] = history["events"]
        return events

    def time_out(self, state: dict[str, Any]) -> None:
        """A `TimeoutError` that reaches moto's interpreter is a timeout at once."""


class MiniStack(Interpreter):
    """MiniStack's interpreter, in a process of its own, whose functions forward each event to this one."""

    batches_items = True

    def __init__(self, directory: Path) -> None:
        super().__init__()
        port = claim_port(0, "MiniStack", "port 0")
        quick = {"SFN_WAIT_SCALE": "0", "LAMBDA_WARM_TTL_SECONDS": "300"}
        self._server = _TaskServer()
        self._process = aws.start_emulator(StackConfig(directory=directory), port, quick)
        try:
            self._states, self._queues, self._objects, self._tables, functions = (
                boto3.client(
                    service,
                    endpoint_url=aws.endpoint(port),
                    region_name=REGION,
                    aws_access_key_id=ACCESS_KEY,
                    aws_secret_access_key=ACCESS_KEY,
                )
                for service in ("stepfunctions", "sqs", "s3", "dynamodb", "lambda")
            )
            self._function_names = {name: self._deploy(functions, name) for name in FUNCTIONS}
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop what was started."""
        stop(self._process)
        self._server.close()

    @contextmanager
    def services(self, tasks: Tasks) -> Iterator[Services]:
        """The emulator, with its functions turned to `tasks`."""
        with self._server.serving(tasks):
            yield Services(self._states, self._queues, self._objects, self._tables, self._function_names)

    def time_out(self, state: dict[str, Any]) -> None:
        """The function keeps MiniStack waiting, so the wait is made short. AWS takes whole seconds only."""
        state["TimeoutSeconds"] = 0.2

    def _deploy(self, functions: Any, name: str) -> str:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.write(Path(__file__).with_name("forward.py"), "forward.py")
            archive.writestr("bootstrap", f'#!/bin/sh\nexec "{sys.executable}" -IS "$LAMBDA_TASK_ROOT/forward.py"\n')
        created = functions.create_function(
            FunctionName=name,
            Runtime="provided.al2023",
            Handler="forward",
            Role=_ROLE,
            Timeout=int(RUN_SECONDS),
            Code={"ZipFile": code.getvalue()},
            Environment={"Variables": {"TASKS_ADDRESS": self._server.address}},
        )
        return str(created["FunctionArn"])


class _TaskServer:
    """Where the deployed functions bring their events."""

    def __init__(self) -> None:
        self._tasks: Tasks | None = None
        self._ended = threading.Event()
        self._http = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{LOOPBACK}:{self._http.server_port}"

    @contextmanager
    def serving(self, tasks: Tasks) -> Iterator[None]:
        """Answer with `tasks`. What still waits at the end, since it was to take too long, is let go."""
        ended = threading.Event()
        self._tasks, self._ended = tasks, ended
        try:
            yield
        finally:
            ended.set()
            self._tasks = None

    def close(self) -> None:
        """Stop."""
        self._ended.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = json.dumps(server._reply(self.path.removeprefix("/"), payload)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler

    def _reply(self, function: str, payload: Payload) -> dict[str, Any]:
        tasks, ended = self._tasks, self._ended
        # A call that timed out may arrive when its run, or even its test, is over.
        if tasks is None or payload.get("correlation_id", "") != tasks.correlation_id:
            return asdict(Reply({"errorMessage": "the run is over", "errorType": "RunOver"}, failed=True))
        try:
            return asdict(tasks.invoke(function, payload))
        except TimeoutError:
            ended.wait(RUN_SECONDS)
            return asdict(Reply(None))


def _in_hand(message: Mapping[str, Any]) -> Payload:
    """A received letter as the redrive function hands it over."""
    letter = DeadLetter.model_validate_json(message["Body"])
    return LetterInHand(
        **letter.model_dump(exclude={"error", "execution_arn", "failed_at"}),
        message_id=message["MessageId"],
        receipt_handle=message["ReceiptHandle"],
    ).model_dump(mode="json")


def _substituted(definition: Definition, values: Mapping[str, str]) -> str:
    text = json.dumps(definition)
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    return text


def _await_end(states: Any, arn: str) -> dict[str, Any]:
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        described: dict[str, Any] = states.describe_execution(executionArn=arn)
        if described["status"] != "RUNNING":
            return described
        if time.monotonic() > deadline:
            raise AssertionError(f"{arn} still runs after {RUN_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)


def _last_entered(events: Iterable[Mapping[str, Any]]) -> str:
    entered = [event for event in events if event["type"].endswith("StateEntered")]
    return str(max(entered, key=lambda event: event["id"])["stateEnteredEventDetails"]["name"])


def _fill(objects: Any, backups: Mapping[str, bytes]) -> None:
    """Have the backups bucket hold these objects alone."""
    for bucket in BUCKETS.values():
        objects.create_bucket(Bucket=bucket)
    for entry in objects.list_objects_v2(Bucket=BUCKETS["BackupsBucket"]).get("Contents", []):
        objects.delete_object(Bucket=BUCKETS["BackupsBucket"], Key=entry["Key"])
    for key, data in backups.items():
        objects.put_object(Bucket=BUCKETS["BackupsBucket"], Key=key, Body=data)


def _note_that_it_began(tables: Any, name: str) -> dict[str, Any]:
    """Have the table of progress know of an operation, as who starts one does. Returns its key."""
    if PROGRESS_TABLE not in tables.list_tables()["TableNames"]:
        tables.create_table(
            TableName=PROGRESS_TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "item", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "item", "KeyType": "HASH"}],
        )
    key = {"item": {"S": f"operation:{name}"}}
    tables.put_item(TableName=PROGRESS_TABLE, Item={**key, "step": {"N": "1"}})
    return key


def _drain(queues: Any, url: str) -> list[str]:
    bodies: list[str] = []
    while messages := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(message["Body"])
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies
