"""What a test sees of a running stack: its API, and, behind the API's back, what lies in AWS and in the index."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from bloomweaver import keys
from bloomweaver.errors import VectorIndexRejected, VectorIndexUnavailable
from bloomweaver.models.record import Operation, Status
from bloomweaver.search.answer import SearchHit
from bloomweaver.vector_stores import VectorStoreSettings, open_vector_store
from bloomweaver.vector_stores.base import VectorStore
from cli.answers import Accepted, Document
from cli.client import Api
from local import aws
from local import stack as local_stack
from local.config import StackConfig
from local.embedding import dimension, start_embedding
from local.processes import StartedProcess
from local.stack import StackDescriptor
from tests.e2e.waiting import wait_for

RUN_SECONDS = 60.0
"""The most that a small document may take on a busy machine, from the webhook's answer to the execution's end."""
SEARCH_WIDTH = 50
SWEEP_RATE = "rate(1 day)"


def stack_config(directory: Path, **choices: Any) -> StackConfig:
    """A stack in `directory`, on free ports, whose functions may do what their roles allow and nothing else.

    It sweeps when a test says so, not every minute.
    """
    log = os.environ.get("ACCESS_LOG")
    parameters = {"SweepRate": SWEEP_RATE, **choices.pop("parameters", {})}
    return StackConfig(
        directory,
        aws_port=0,
        embedding_port=0,
        enforce_roles=True,
        access_log=Path(log) if log else None,
        parameters=parameters,
        **choices,
    )


@dataclass(frozen=True)
class Execution:
    """An execution that has ended."""

    arn: str
    status: str
    error: str | None
    cause: str


class RunningStack:
    """A stack that answers. `stub_url` is where its stand-in for Pinecone listens, empty without one."""

    def __init__(self, config: StackConfig, descriptor: StackDescriptor, stub_url: str) -> None:
        self.config = config
        self.descriptor = descriptor
        self.stub_url = stub_url
        self.api = Api(descriptor.api_url, token=descriptor.token)
        self.vectors = _open_index(config)

    def restart(self) -> None:
        """Stop the stack, and start it again in the same place and on the same ports."""
        ports = [urlsplit(url).port or 0 for url in (self.descriptor.aws_endpoint_url, self.descriptor.embedding_url)]
        local_stack.down(self.config, print)
        self.config = replace(self.config, aws_port=ports[0], embedding_port=ports[1])
        self.descriptor = local_stack.up(self.config, print)

    @contextmanager
    def without_embedding_service(self) -> Iterator[None]:
        """Kill the embedding service, and start it again at the end, on the same port."""
        port = urlsplit(self.descriptor.embedding_url).port
        [service] = [process for process in self.descriptor.processes if process.name == "the embedding service"]
        handle = service.handle()
        assert port is not None
        assert handle is not None
        handle.kill()
        wait_for(lambda: service.handle() is None, 10, "the embedding service is gone")
        try:
            yield
        finally:
            self._replace_process(service, start_embedding(self.config, port))

    def _replace_process(self, old: StartedProcess, new: StartedProcess) -> None:
        """Have `new` stopped with the stack, in the place of `old`."""
        processes = [new if process == old else process for process in self.descriptor.processes]
        self.descriptor = self.descriptor.model_copy(update={"processes": processes})
        local_stack.write_descriptor(self.config, self.descriptor)

    def submit(self, doc_hash: str, content: str, **fields: Any) -> Accepted:
        """Send a text as the document's new content, or whatever `fields` say instead."""
        body = {"operation": "UPDATE", "doc_hash": doc_hash, "content_type": "text/plain", "content": content}
        return self.api.submit(body | fields)

    def index(self, doc_hash: str, content: str, **fields: Any) -> Accepted:
        """Send a text, and return once it is indexed."""
        accepted = self.submit(doc_hash, content, **fields)
        execution = self.execution(accepted)
        assert execution.status == "SUCCEEDED", execution
        assert self.api.document(doc_hash).status == "indexed"
        return accepted

    def post(self, path: str, content: bytes) -> httpx.Response:
        """A POST of these very bytes, said to be JSON."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.descriptor.token()}"}
        return httpx.post(f"{self.descriptor.api_url}{path}", content=content, headers=headers, timeout=60)

    def get(self, path: str) -> httpx.Response:
        """A GET of that path as it is written here, percent signs and all."""
        headers = {"Authorization": f"Bearer {self.descriptor.token()}"}
        return httpx.get(f"{self.descriptor.api_url}{path}", headers=headers, timeout=60)

    def hits(self, query: str, doc_hash: str) -> list[SearchHit]:
        """The passages of this document among the nearest to the query."""
        found = self.api.search(query, top_k=SEARCH_WIDTH).results
        return [hit for hit in found if hit.doc_hash == doc_hash]

    def execution(self, accepted: Accepted, seconds: float = RUN_SECONDS) -> Execution:
        """The execution of an accepted operation, once it has ended."""
        arn = self.execution_arn(accepted.operation, accepted.doc_hash, accepted.version)
        client = self.client("stepfunctions")

        def ended() -> dict[str, Any] | None:
            try:
                found: dict[str, Any] = client.describe_execution(executionArn=arn)
            except client.exceptions.ExecutionDoesNotExist:
                return None
            return found if found["status"] != "RUNNING" else None

        found = wait_for(ended, seconds, f"{arn} has ended")
        return Execution(arn, found["status"], found.get("error"), found.get("cause") or "")

    def execution_arn(self, operation: Operation, doc_hash: str, version: int) -> str:
        """What Step Functions calls the execution of a version."""
        machine = self.descriptor.outputs[f"{operation.capitalize()}StateMachineArn"]
        return f"{machine.replace(':stateMachine:', ':execution:')}:{keys.execution_name(doc_hash, version)}"

    def execution_names(self) -> set[str]:
        """The names of all executions that were ever started."""
        paginator = self.client("stepfunctions").get_paginator("list_executions")
        return {
            execution["name"]
            for operation in (Operation.CREATE, Operation.UPDATE, Operation.DELETE)
            for page in paginator.paginate(
                stateMachineArn=self.descriptor.outputs[f"{operation.capitalize()}StateMachineArn"]
            )
            for execution in page["executions"]
        }

    def history(self, arn: str) -> list[dict[str, Any]]:
        """All events of an execution, the first one first."""
        paginator = self.client("stepfunctions").get_paginator("get_execution_history")
        return [event for page in paginator.paginate(executionArn=arn) for event in page["events"]]

    def states_entered(self, arn: str) -> list[str]:
        """The names of the states that an execution went through."""
        entered = (event.get("stateEnteredEventDetails") for event in self.history(arn))
        return [details["name"] for details in entered if details]

    def failures(self, arn: str) -> set[str]:
        """The names of the errors that the tasks of an execution have met, as far as it has come."""
        client = self.client("stepfunctions")
        try:
            events = self.history(arn)
        except client.exceptions.ExecutionDoesNotExist:
            return set()
        details = (event.get("taskFailedEventDetails") for event in events)
        return {found["error"] for found in details if found}

    def artifacts_of(self, arn: str) -> dict[str, Any]:
        """What the Chunk state said: chunks, batches to embed, reused vectors."""
        exited = (event.get("stateExitedEventDetails") for event in self.history(arn))
        [output] = [details["output"] for details in exited if details and details["name"] == "Chunk"]
        artifacts: dict[str, Any] = json.loads(output)["artifacts"]
        return artifacts

    def backup_keys(self, doc_hash: str) -> list[str]:
        """The keys of the document's backups, sorted."""
        bucket = self.descriptor.outputs["BackupsBucketName"]
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{doc_hash}/")
        return sorted(entry["Key"] for page in pages for entry in page.get("Contents", []))

    def source_keys(self, doc_hash: str) -> list[str]:
        """The keys of the document's sources, sorted."""
        bucket = self.descriptor.outputs["SourcesBucketName"]
        listed = self.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"{doc_hash}/")
        return sorted(entry["Key"] for entry in listed.get("Contents", []))

    def expire_request(self, doc_hash: str) -> None:
        """Delete the requests of the document, as the artifacts bucket does in its time."""
        client, bucket = self.client("s3"), self.descriptor.outputs["ArtifactsBucketName"]
        listed = client.list_objects_v2(Bucket=bucket, Prefix=f"raw/{doc_hash}/")
        for entry in listed["Contents"]:
            client.delete_object(Bucket=bucket, Key=entry["Key"])

    def backup(self, key: str) -> dict[str, Any]:
        """A backup."""
        bucket = self.descriptor.outputs["BackupsBucketName"]
        found: dict[str, Any] = json.load(self.client("s3").get_object(Bucket=bucket, Key=key)["Body"])
        return found

    def drain(self, queue: str) -> list[str]:
        """Take the messages off the queue whose URL is the output `queue`, and return their bodies."""
        client, url = self.client("sqs"), self.descriptor.outputs[queue]
        bodies: list[str] = []
        while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    @contextmanager
    def function_environment(self, function: str, **variables: str) -> Iterator[None]:
        """Have the function (by the name of its folder) run with other environment variables for a while."""
        client = self.client("lambda")
        [found] = [
            one
            for page in client.get_paginator("list_functions").paginate()
            for one in page["Functions"]
            if one["Handler"] == f"{function}.handler.handler"
        ]
        name, environment = found["FunctionName"], found["Environment"]["Variables"]
        client.update_function_configuration(FunctionName=name, Environment={"Variables": environment | variables})
        try:
            yield
        finally:
            client.update_function_configuration(FunctionName=name, Environment={"Variables": environment})

    def client(self, service: str) -> Any:
        """A client of the emulator."""
        return aws.client(self.descriptor.aws_endpoint_url, service)

    def open_index(self, index: str) -> VectorStore:
        """The vector index of that name."""
        return _open_index(self.config, index)

    def vectors_are_there(self) -> bool:
        """Whether there is an index at all."""
        try:
            self.vectors.existing(["nobody#v000001-00000"])
        except (VectorIndexRejected, VectorIndexUnavailable):
            return False
        return True

    def assert_holds_only(self, document: Document) -> None:
        """Index and backups hold the served version of the document, whole, and nothing else of it.

        Its source is there, and that of a later version that failed: a retry is made of it. That of an earlier one that
        failed stays until the sweep.
        """
        doc_hash, version, count = document.doc_hash, document.indexed_version, document.chunk_count
        assert self.vectors.ids(doc_hash) == list(keys.vector_ids(doc_hash, version, count))
        assert self.backup_keys(doc_hash) == [keys.backup_key(doc_hash, version, index) for index in range(count)]
        kept = {place.version for place in map(keys.source_place, self.source_keys(doc_hash)) if place}
        assert kept >= {version, document.version if document.status is Status.FAILED else version}

    def assert_holds_nothing(self, doc_hash: str) -> None:
        """Neither index nor backups hold anything of the document."""
        assert self.vectors.ids(doc_hash) == []
        assert self.backup_keys(doc_hash) == []


def _open_index(config: StackConfig, index: str | None = None) -> VectorStore:
    return open_vector_store(
        VectorStoreSettings(
            vector_store=config.vector_store,
            index_name=index or config.index_name,
            dimension=dimension(config),
            lancedb_uri=str(config.data / "lancedb"),
            pinecone_host=config.pinecone_host,
            pinecone_api_key=config.pinecone_api_key,
        )
    )
