"""What the run takes place on: a one-machine stack of its own, with proxies between its parts that can be told to fail.

```
sender, searcher, asker ──▶ API of the emulator ──▶ functions ──▶ proxy ──▶ emulator (S3, DynamoDB, SQS, Step Functions)
                                                    ├────▶ proxy ──▶ embedding service
                                                    ├────▶ stand-in for Pinecone, or LanceDB's files
                                                    └────▶ stand-in for a language model
```
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import httpx
import psutil

from bloomweaver.vector_stores import VectorStoreSettings, open_vector_store
from bloomweaver.vector_stores.base import VectorStore
from cli.bearer import BearerToken
from cli.client import Api
from faults import chat_model
from faults.power_cut import power_cut
from faults.proxy import ADMIN, Rule
from local import aws, embedding, functions, stack
from local.config import REPOSITORY, StackConfig, VectorStoreName
from local.emulator.lambda_places import Places
from local.ports import LOOPBACK, claim_port
from local.processes import StartedProcess
from local.stack import StackDescriptor

WAIT_SCALE = 0.1
"""Of the emulator: the waits between the state machines' retries take a tenth of their time."""
VISIBILITY_SECONDS = 30
"""Of the operation queues, in the place of six minutes: longer than the dispatch function holds a message."""
# Short enough that a text of three parts is cut into three.
# It sweeps when it recovers, not every minute.
PARAMETERS = {
    **{"ChunkMaxTokens": "48", "ChunkOverlapTokens": "0", "LogLevel": "WARNING", "SweepRate": "rate(1 day)"},
    **{"QuestionsPerMinute": "0", "TokensPerDay": "0"},
}
STUB_API_KEY = "stub-key"
STUB_REST_SECONDS = 5
"""What search keeps has to have rested so long: longer than the stand-in is ever told to show a write late."""
ANSWER_SECONDS = 35.0


class Proxy:
    """A fault proxy in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._process = process
        self.url = url
        self._rules: dict[str, Sequence[Rule]] = {}
        self._lock = threading.Lock()

    def set_rules(self, rules: Sequence[Rule], lane: str = "") -> None:
        """Have these faults happen, in the place of those that were set for the same lane."""
        with self._lock:
            self._rules[lane] = rules
            body = [rule.model_dump() for of_lane in self._rules.values() for rule in of_lane]
            httpx.put(f"{self.url}{ADMIN}", json=body, timeout=10).raise_for_status()

    def counts(self) -> dict[str, int]:
        """How often each fault happened."""
        counts: dict[str, int] = httpx.get(f"{self.url}{ADMIN}", timeout=10).raise_for_status().json()["counts"]
        return counts


class Stand:
    """The stack, its surroundings, and the hands that pull their plugs."""

    def __init__(
        self,
        directory: Path,
        vector_store: VectorStoreName,
        *,
        seed: int,
        sweep_after_seconds: float,
        generator_url: str,
        report: Callable[[str], None],
    ) -> None:
        """`generator_url` is the address of what writes answers."""
        self._report = report
        self._seed = seed
        self._generator_url = generator_url
        self._sweep_after_minutes = sweep_after_seconds / 60
        self._children: list[subprocess.Popen[str]] = []
        self._lock = threading.RLock()
        self._http = httpx.Client(timeout=30)
        self._clients: dict[str, Any] = {}
        self._clients_lock = threading.Lock()
        self.config = StackConfig(directory, vector_store=vector_store)
        self.places = Places(directory)
        """How many invocations run at a time."""
        self.descriptor: StackDescriptor
        self.stub_url = ""

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._end_children()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            stack.down(self.config, self._report)
        finally:
            self._end_children()

    def _start(self) -> None:
        aws_port = claim_port(0, "the AWS emulator", "")
        embedding_port = claim_port(0, "the embedding service", "")
        self.aws_proxy = self._start_proxy(aws_port)
        self.embedding_proxy = self._start_proxy(embedding_port)
        if self.config.vector_store == "pinecone":
            _, self.stub_url = self._start_child("tests.pinecone_stub", "--port", "0", "--api-key", STUB_API_KEY)
        self.config = replace(
            self.config,
            aws_port=aws_port,
            embedding_port=embedding_port,
            pinecone_host=self.stub_url,
            pinecone_api_key=STUB_API_KEY,
            functions_aws_url=self.aws_proxy.url,
            parameters={
                **PARAMETERS,
                "EmbeddingUrl": self.embedding_proxy.url,
                "Generator": "openai",
                "GeneratorUrl": self._generator_url,
                "GeneratorModel": chat_model.NAME,
                **({"SearchCacheRestSeconds": str(STUB_REST_SECONDS)} if self.stub_url else {}),
            },
        )
        self.descriptor = stack.up(self.config, self._report)
        self._set_times()

    @property
    def api_url(self) -> str:
        """Where the webhook and the search are."""
        return self.descriptor.api_url

    def open_api(self) -> Api:
        """A client that asks again where it should."""
        return Api(self.api_url, token=self.descriptor.token)

    def connect(self) -> httpx.Client:
        """A client that asks once."""
        return httpx.Client(
            base_url=self.api_url,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=5.0),
            auth=BearerToken(self.descriptor.token),
        )

    @property
    def outputs(self) -> Mapping[str, str]:
        """Names and addresses of what the template made."""
        return self.descriptor.outputs

    def client(self, service: str) -> Any:
        """A client of the emulator, behind the proxy's back."""
        with self._clients_lock:
            if service not in self._clients:
                self._clients[service] = aws.client(self.descriptor.aws_endpoint_url, service)
            return self._clients[service]

    def open_index(self) -> VectorStore:
        """The vector index itself."""
        return open_vector_store(
            VectorStoreSettings(
                vector_store=self.config.vector_store,
                dimension=embedding.dimension(self.config),
                lancedb_uri=str(self.config.data / "lancedb"),
                pinecone_host=self.config.pinecone_host,
                pinecone_api_key=self.config.pinecone_api_key,
            )
        )

    def administer_stub(self, method: str, path: str, body: Any = None) -> Any:
        """Tell the stand-in for Pinecone what to do, or ask what it did."""
        answer = self._http.request(method, f"{self.stub_url}/__stub__/{path}", json=body)
        return answer.raise_for_status().json()

    def stub_faults(self, about: str = "") -> int:
        """How many calls of the stand-in for Pinecone went wrong by the faults that have this `about`."""
        happened: int = self.administer_stub("GET", "faults")["about"].get(about, 0)
        return happened

    def clear_stub_faults(self, about: str = "") -> int:
        """End the faults of the stand-in for Pinecone that have this `about`. Returns how many calls went wrong."""
        happened = self.stub_faults(about)
        self.administer_stub("DELETE", "faults", {"about": about})
        return happened

    def status(self, doc_hash: str) -> str | None:
        """The status in a document's record, read behind the pipeline's back. None if it has no record."""
        answer = self.client("dynamodb").get_item(
            TableName=self.outputs["DocumentsTableName"], Key={"doc_hash": {"S": doc_hash}}, ConsistentRead=True
        )
        return answer["Item"]["status"]["S"] if "Item" in answer else None

    def kill_embedding(self) -> bool:
        """Kill the embedding service. False if it did not run."""
        with self._lock:
            return _kill(self._process("the embedding service"))

    def start_embedding(self) -> None:
        """Start the embedding service, if it does not run. It is ready a moment later."""
        with self._lock:
            old = self._process("the embedding service")
            if old.handle() is None:
                self._replace(old, embedding.start_embedding(self.config, self.config.embedding_port, wait=False))

    def function_processes(self) -> list[psutil.Process]:
        """The processes of functions: what the function host has forked."""
        with self._lock:
            host = self._process("the function host").handle()
            return host.children() if host is not None else []

    def kill_emulator(self) -> None:
        """Kill the emulator and start it on its data. Functions that it had started are in the middle of their work."""
        with self._lock:
            emulator = self._process(aws.EMULATOR)
            _kill(emulator)
            self._replace(emulator, aws.start_emulator(self.config, self.config.aws_port, wait=False))
            self._go_on()

    def restart(self) -> None:
        """Kill the whole stack, as a power cut would, and start it on its data."""
        with self._lock:
            power_cut(self.config)
            emulator = self._process(aws.EMULATOR)
            self._replace(emulator, aws.start_emulator(self.config, self.config.aws_port, wait=False))
            host = functions.start_host(self.config, self.config.aws_port)
            self._replace(self._process("the function host"), host)
            self.start_embedding()
            self._go_on()

    def _go_on(self) -> None:
        assert self.config.aws_port
        aws.wait_for_emulator(self._process(aws.EMULATOR), self.config.aws_port)
        # Before anything runs: they hold for a process of the emulator.
        self._set_times()
        aws.go_on(self.config.aws_port)

    def _set_times(self) -> None:
        scale = {"stepfunctions._SFN_WAIT_SCALE": WAIT_SCALE}
        httpx.post(f"{self.descriptor.aws_endpoint_url}/_ministack/config", json=scale, timeout=10).raise_for_status()
        sqs = self.client("sqs")
        for name in ("Create", "Update", "Delete"):
            attributes = {"VisibilityTimeout": str(VISIBILITY_SECONDS)}
            sqs.set_queue_attributes(QueueUrl=self.outputs[f"{name}QueueUrl"], Attributes=attributes)
        self._set_environment("sweep", SWEEP_AFTER_MINUTES=str(self._sweep_after_minutes))

    def _set_environment(self, function: str, **variables: str) -> None:
        """Set environment variables of the function with this folder: where the template has no parameter so low."""
        client = self.client("lambda")
        for page in client.get_paginator("list_functions").paginate():
            for one in page["Functions"]:
                if one["Handler"] == f"{function}.handler.handler":
                    environment = {"Variables": one["Environment"]["Variables"] | variables}
                    client.update_function_configuration(FunctionName=one["FunctionName"], Environment=environment)

    def _process(self, name: str) -> StartedProcess:
        return next(process for process in self.descriptor.processes if process.name == name)

    def _replace(self, old: StartedProcess, new: StartedProcess) -> None:
        processes = [new if process == old else process for process in self.descriptor.processes]
        self.descriptor = self.descriptor.model_copy(update={"processes": processes})
        stack.write_descriptor(self.config, self.descriptor)

    def _start_proxy(self, port: int) -> Proxy:
        return Proxy(*self._start_child("faults.proxy", "--upstream", f"{LOOPBACK}:{port}", "--seed", str(self._seed)))

    def _start_child(self, module: str, *arguments: str) -> tuple[subprocess.Popen[str], str]:
        self.config.logs.mkdir(parents=True, exist_ok=True)
        with (self.config.logs / f"{module}.log").open("a") as errors:
            child = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=REPOSITORY,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._children.append(child)
        assert child.stdout is not None
        return child, child.stdout.readline().strip()

    def _end_children(self) -> None:
        for child in self._children:
            child.terminate()
            child.wait(10)


def _kill(process: StartedProcess) -> bool:
    handle = process.handle()
    if handle is None:
        return False
    handle.kill()
    handle.wait(10)
    return True
