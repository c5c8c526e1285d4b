"""Counts what documents take on a one-machine stack of its own, with a proxy that sees each request to AWS."""

import json
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from benchmarks.cost.counts import Counts, Part, Run
from benchmarks.cost.definition import functions_of_states
from benchmarks.errors import RunError
from benchmarks.machine import machine
from benchmarks.running import open_api
from bloomweaver import keys
from bloomweaver.adapters.run_histories import event_of
from bloomweaver.clock import seconds_between
from bloomweaver.runs.folding import Fold
from cli.answers import Document
from faults.proxy import ADMIN
from local import aws, stack
from local.config import REPOSITORY, StackConfig
from local.embedding import dimension
from local.ports import LOOPBACK, claim_port
from local.stack import StackDescriptor

DIMENSION = dimension(StackConfig())
FLOAT_BYTES = 4
EXECUTION_SECONDS = 300.0
PAUSE_SECONDS = 0.2
WORDS_OF_A_SENTENCE = 12
WORDS_OF_A_CHUNK = 230
SPEED_CHUNKS = 512
DISPATCH_BATCH = 4
"""Of the mapping `Concurrency`, in an account of 1,000: so many messages share an invocation, if they come at once."""


@dataclass(frozen=True)
class Size:
    """A kind of document, and how many of it are sent."""

    name: str
    words: int
    documents: int


SIZES = (Size("small", 120, 10), Size("medium", 4_000, 5), Size("large", 60_000, 2))
_WORDS = [
    "the", "of", "and", "to", "in", "is", "that", "for", "it", "with", "as", "on", "be", "at", "by", "this", "from",
    "harbour", "tide", "table", "window", "cabinet", "river", "stone", "garden", "letter", "morning", "market",
    "engine", "winter", "signal", "paper", "bridge",
]  # fmt: skip


def count(report: Callable[[str], None], folder: Path) -> Run:
    """Start a stack in `folder`, send the documents, and count. Raises `StackError` and `RunError`."""
    aws_port = claim_port(0, "the AWS emulator", "")
    with _proxy(aws_port) as proxy:
        config = StackConfig(
            folder,
            aws_port=aws_port,
            embedding_port=0,
            functions_aws_url=proxy,
            # What is on schedule would be counted as the documents'.
            parameters={"SweepRate": "rate(1 day)"},
        )
        descriptor = stack.up(config, report)
        try:
            _leave_lists_out(descriptor)
            _keep_no_runs(descriptor)
            counter = _Counter(descriptor, proxy)
            counter.count(Size("first", 50, 3))  # what starts for the first time takes longer
            sizes = {}
            for size in SIZES:
                sizes[size.name] = counter.count(size)
                report(f"counted {size.documents} {size.name} documents of {sizes[size.name].chunks:.0f} chunks")
            return Run(
                measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
                machine=machine(),
                chunks_per_second=counter.embedding_speed(),
                sizes=sizes,
            )
        finally:
            stack.down(config, report)


def _leave_lists_out(descriptor: StackDescriptor) -> None:
    """Have nobody follow the table's stream: the proxy does not tell one table from another (see `lists`)."""
    client = aws.client(descriptor.aws_endpoint_url, "lambda")
    for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
        if ":dynamodb:" in mapping["EventSourceArn"]:
            client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def _keep_no_runs(descriptor: StackDescriptor) -> None:
    """Leave changes of runs in their queue: they come when it suits, and are counted by themselves (`bill`)."""
    client = aws.client(descriptor.aws_endpoint_url, "lambda")
    for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
        if "RunChanges" in mapping["FunctionArn"]:
            client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


@contextmanager
def _proxy(port: int) -> Iterator[str]:
    command = [sys.executable, "-m", "faults.proxy", "--upstream", f"{LOOPBACK}:{port}"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@dataclass(frozen=True)
class Pass:
    """A state that was entered and left."""

    state: str
    seconds: float


class _Counter:
    """Counts on a stack. It looks behind the proxy's back, so that nothing of its own is counted."""

    def __init__(self, descriptor: StackDescriptor, proxy: str) -> None:
        self._descriptor = descriptor
        self._proxy = proxy
        self._api = open_api(descriptor)
        self._states = self._client("stepfunctions")
        pages = self._client("lambda").get_paginator("list_functions").paginate()
        functions = [function for page in pages for function in page["Functions"]]
        self._gigabytes = {
            function["Handler"].partition(".")[0]: function["MemorySize"] / 1024 for function in functions
        }

    def count(self, size: Size) -> Counts:
        """Send the documents of a size at once, and count until the last execution has ended."""
        before = self._operations()
        bodies = [_body(size, number) for number in range(size.documents)]
        arns, webhook_seconds = [], 0.0
        for body in bodies:
            started = time.monotonic()
            accepted = self._api.submit(body)
            webhook_seconds += time.monotonic() - started
            machine_arn = self._descriptor.outputs["CreateStateMachineArn"]
            name = keys.execution_name(accepted.doc_hash, accepted.version)
            arns.append(f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}")
        histories = [self._history(arn) for arn in arns]
        requests = self._operations() - before
        passes = [one for events in histories for one in _passes(events)]
        share = 1 / len(bodies)
        run_seconds = sum(_seconds(events[0], events[-1]) for events in histories) * share
        documents = [self._api.document(body["doc_hash"]) for body in bodies]
        backups = [backup for document in documents for backup in self._backups(document)]
        records = [self._record(document.doc_hash) for document in documents]
        return Counts(
            documents=len(bodies),
            characters=len(bodies[0]["content"]),
            chunks=len(backups) * share,
            states={name: number * share for name, number in Counter(one.state for one in passes).items()},
            functions={
                **self._parts(passes, share),
                "webhook": self._part("webhook", 1.0, webhook_seconds * share),
                "dispatch": self._part("dispatch", 1 / DISPATCH_BATCH, run_seconds / DISPATCH_BATCH),
            },
            requests={name: number * share for name, number in sorted(requests.items())},
            run_seconds=run_seconds,
            record_bytes=sum(map(len, records)) * share,
            vector_bytes=sum(map(_vector_bytes, backups)) / len(backups),
            backup_bytes=sum(map(len, backups)) * share,
            log_bytes=sum(len(json.dumps(event, default=str)) for events in histories for event in events) * share,
        )

    def embedding_speed(self) -> float:
        """Chunks a second that the service embeds, of about 256 tokens, 32 a request and 4 requests at a time."""
        texts = [_text(random.Random(number), WORDS_OF_A_CHUNK) for number in range(SPEED_CHUNKS)]
        batches = [texts[start : start + 32] for start in range(0, len(texts), 32)]

        def embed(batch: Sequence[str]) -> None:
            url = f"{self._descriptor.embedding_url}/embed"
            httpx.post(url, json={"inputs": batch, "truncate": True}, timeout=60).raise_for_status()

        embed(batches[0])
        started = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(embed, batches))
        return len(texts) / (time.monotonic() - started)

    def _operations(self) -> Counter[str]:
        answer = httpx.get(f"{self._proxy}{ADMIN}", timeout=10).raise_for_status().json()
        return Counter(answer["operations"])

    def _history(self, arn: str) -> list[dict[str, Any]]:
        deadline = time.monotonic() + EXECUTION_SECONDS
        while (status := self._status(arn)) in ("", "RUNNING"):
            if time.monotonic() > deadline:
                raise RunError(f"{arn} has not ended after {EXECUTION_SECONDS:.0f} s")
            time.sleep(PAUSE_SECONDS)
        if status != "SUCCEEDED":
            raise RunError(f"{arn} ended as {status}")
        pages = self._states.get_paginator("get_execution_history").paginate(executionArn=arn)
        return [event for page in pages for event in page["events"]]

    def _status(self, arn: str) -> str:
        try:
            return str(self._states.describe_execution(executionArn=arn)["status"])
        except self._states.exceptions.ExecutionDoesNotExist:
            return ""  # its message is still in the queue

    def _parts(self, passes: Sequence[Pass], share: float) -> dict[str, Part]:
        seconds: dict[str, float] = defaultdict(float)
        invocations: Counter[str] = Counter()
        functions = functions_of_states()
        for one in passes:
            if function := functions.get(one.state):
                seconds[function] += one.seconds
                invocations[function] += 1
        return {
            name: Part(invocations=number * share, gb_seconds=share * seconds[name] * self._gigabytes[name])
            for name, number in sorted(invocations.items())
        }

    def _part(self, function: str, invocations: float, seconds: float) -> Part:
        return Part(invocations=invocations, gb_seconds=invocations * seconds * self._gigabytes[function])

    def _record(self, doc_hash: str) -> bytes:
        table = self._descriptor.outputs["DocumentsTableName"]
        item = self._client("dynamodb").get_item(TableName=table, Key={"doc_hash": {"S": doc_hash}})["Item"]
        return json.dumps(item).encode()

    def _backups(self, document: Document) -> list[bytes]:
        client, bucket = self._client("s3"), self._descriptor.outputs["BackupsBucketName"]
        names = [
            keys.backup_key(document.doc_hash, document.indexed_version, index) for index in range(document.chunk_count)
        ]
        return [client.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names]

    def _client(self, service: str) -> Any:
        return aws.client(self._descriptor.aws_endpoint_url, service)


def _body(size: Size, number: int) -> dict[str, Any]:
    text = _text(random.Random(f"{size.name}-{number}"), size.words)
    return {
        "operation": "CREATE",
        "doc_hash": f"cost-{size.name}-{number}",
        "content_type": "text/plain",
        "content": text,
        "title": f"A {size.name} document",
        "metadata": {"size": size.name, "number": number},
    }


def _text(chosen: random.Random, words: int) -> str:
    """Sentences of twelve words, ten to a paragraph."""
    sentences = [
        f"{' '.join(chosen.choices(_WORDS, k=12)).capitalize()}." for _ in range(max(1, words // WORDS_OF_A_SENTENCE))
    ]
    paragraphs = [" ".join(sentences[start : start + 10]) for start in range(0, len(sentences), 10)]
    return "\n\n".join(paragraphs)


def _passes(events: Sequence[Mapping[str, Any]]) -> Iterator[Pass]:
    """The states that an execution went through, those within Map and Parallel states too."""
    folded = Fold(payload_max=0)
    folded.add(map(event_of, events))
    for state in folded.all_states():
        entered, exited = state.entered_at, state.exited_at or state.entered_at
        yield Pass(state.name, seconds_between(entered, exited))


def _seconds(first: Mapping[str, Any], last: Mapping[str, Any]) -> float:
    seconds: float = (last["timestamp"] - first["timestamp"]).total_seconds()
    return seconds


def _vector_bytes(backup: bytes) -> int:
    # What the index stores: the floats, the text, and the metadata.
    fields = json.loads(backup)
    kept = {name: value for name, value in fields.items() if name != "vector"}
    return FLOAT_BYTES * DIMENSION + len(json.dumps(kept))
