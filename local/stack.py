"""Starts and stops the one-machine stack."""

import time
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bloomweaver.auth.roles import Role
from local import aws, deployment, embedding, functions, issuer
from local.atomic import write_atomically
from local.chat_model import process as chat_model_process
from local.config import REGION, StackConfig
from local.dashboard import build as dashboard_build
from local.dashboard import process as dashboard_process
from local.data_port import port_for_data, record_port
from local.emulator import state_file
from local.errors import StackError
from local.holders import holders
from local.one_command import one_command
from local.ports import claim_port
from local.processes import Ended, StartedProcess, end, stop
from local.waiting import wait_for_http

API_READY_SECONDS = 60.0

Report = Callable[[str], None]


class StackDescriptor(BaseModel):
    """`.local/stack.json`: how clients reach the stack, and what was started."""

    model_config = ConfigDict(frozen=True)

    api_url: str
    embedding_url: str
    dashboard_url: str | None = None
    """None where none was asked for, or it could not be built."""
    chat_model_url: str | None = None
    """None where the documents' sentences answer."""
    aws_endpoint_url: str
    region: str
    vector_store: str
    data_dir: Path
    log_dir: Path
    outputs: dict[str, str]
    """Of the CloudFormation stack: names and URLs of tables, buckets, queues, state machines."""
    processes: list[StartedProcess]

    def token(self, role: Role = Role.ADMIN) -> str:
        """A token for the API, the same for a while."""
        return issuer.issuer(StackConfig(directory=self.data_dir.parent).issuer).session_token(role)

    def running(self) -> list[StartedProcess]:
        """Those of the stack's processes that still run."""
        return [process for process in self.processes if process.handle() is not None]


def read_descriptor(path: Path) -> StackDescriptor | None:
    """The stack that was started last, if its descriptor is there. Raises `StackError` if it cannot be read."""
    if not path.exists():
        return None
    try:
        return StackDescriptor.model_validate_json(path.read_text())
    except (ValidationError, ValueError) as error:
        raise StackError(f"{path} cannot be read; remove it if no stack runs: {error}") from error


def write_descriptor(config: StackConfig, descriptor: StackDescriptor) -> None:
    """Have clients find the stack."""
    write_atomically(config.descriptor, (descriptor.model_dump_json(indent=2) + "\n").encode())


def up(config: StackConfig, report: Report) -> StackDescriptor:
    """Start the stack, deploy the template, and wait until everything answers. Raises `StackError`.

    A stack that runs already is left as it is. What a stack that died left running is ended, and what was under way
    goes on. What was started is stopped again if a later step fails.
    """
    embedding.dimension(config)  # before anything is written, if there is no such model
    chat_model_process.check(config)
    with one_command(config):
        existing = read_descriptor(config.descriptor)
        if existing is not None and len(existing.running()) == len(existing.processes):
            report(f"the stack runs already: {existing.api_url}")
            if existing.dashboard_url:
                report(f"its dashboard: {existing.dashboard_url}")
            return existing
        state_file.check(config.state / state_file.NAME)
        if existing is not None and existing.running():
            _stop(config, existing, report)
        _end_remains(config, report)
        return _start(config, report)


def _start(config: StackConfig, report: Report) -> StackDescriptor:
    aws_port = claim_port(port_for_data(config), "the AWS emulator", "--aws-port")
    embedding_port = claim_port(config.embedding_port, "the embedding service", "--embedding-port")
    chat_model_port = claim_port(config.chat_model_port, "the chat model", "") if config.chat_model else 0
    dashboard_port = claim_port(config.dashboard_port, "the dashboard", "--dashboard-port") if config.dashboard else 0
    for folder in (config.data, config.logs):
        folder.mkdir(parents=True, exist_ok=True)
    started: list[StartedProcess] = []
    try:
        # They start beside the build and the deployment, which leave them a core.
        with _Step(report, "sam build"):
            service = embedding.start_embedding(config, embedding_port, wait=False)
            started.append(service)
            record_port(config, aws_port)
            emulator = aws.start_emulator(config, aws_port, wait=False)
            started.append(emulator)
            host = functions.start_host(config, aws_port, wait=False)
            started.append(host)
            chat_model: StartedProcess | None = None
            if config.chat_model is not None:
                chat_model = chat_model_process.start_chat_model(config, config.chat_model, chat_model_port)
                started.append(chat_model)
            deployment.build(config)
        with _Step(report, "sam deploy"):
            aws.wait_for_emulator(emulator, aws_port)
            embedding_url = embedding.url(embedding_port)
            local_issuer = issuer.issuer(config.issuer)
            key_set_url = issuer.publish_keys(local_issuer, aws_port)
            parameters = deployment.parameters(
                config,
                aws_port,
                embedding_url,
                key_set_url,
                _origins(dashboard_port),
                chat_model_process.parameters(config, chat_model_port),
            )
            outputs = deployment.deploy(config, aws_port, parameters)
            if not parameters["EmbeddingUrl"]:
                deployment.embed_locally(aws_port, embedding_url)
            issuer.store_webhook_secret(local_issuer, aws_port, outputs["WebhookSecretArn"])
        with _Step(report, f"vector index in {config.vector_store}"):
            deployment.create_index(config)
        with _Step(report, "waiting until everything answers"):
            wait_for_http(f"{embedding_url}/ready", service, embedding.READY_SECONDS)
            functions.wait_for_host(config, host)
            if chat_model is not None:
                wait_for_http(
                    f"{chat_model_process.url(chat_model_port)}/ready", chat_model, chat_model_process.READY_SECONDS
                )
            # The emulator serves an API under its own address; on AWS the output ApiUrl is the one to use.
            api_url = f"{aws.endpoint(aws_port)}/_aws/execute-api/{outputs['ApiId']}/v1"
            wait_for_http(f"{api_url}/health", emulator, API_READY_SECONDS)
            went_on = aws.go_on(aws_port)
        if not went_on.was_clean:
            report(_recovery(went_on))
        dashboard_url = None
        if config.dashboard:
            dashboard = _start_dashboard(config, dashboard_port, api_url, report)
            if dashboard is not None:
                started.append(dashboard)
                dashboard_url = dashboard_process.url(dashboard_port)
        descriptor = StackDescriptor(
            api_url=api_url,
            embedding_url=embedding_url,
            dashboard_url=dashboard_url,
            chat_model_url=chat_model_process.url(chat_model_port) if chat_model is not None else None,
            aws_endpoint_url=aws.endpoint(aws_port),
            region=REGION,
            vector_store=config.vector_store,
            data_dir=config.data,
            log_dir=config.logs,
            outputs=outputs,
            processes=started,
        )
        write_descriptor(config, descriptor)
    except BaseException:
        for process in reversed(started):
            stop(process)
        raise
    return descriptor


def _start_dashboard(config: StackConfig, port: int, api_url: str, report: Report) -> StartedProcess | None:
    """The dashboard's server. Without it the stack is whole, so what goes wrong is said and nothing more."""
    try:
        with _Step(report, "dashboard"):
            folder = dashboard_build.build(config.logs / "dashboard-build.log")
            return dashboard_process.start_dashboard(config, port, folder, api_url)
    except (StackError, OSError) as error:
        report(f"there is no dashboard: {error}")
        return None


def _origins(dashboard_port: int) -> str:
    """Whose pages may put uploads: the dashboard's own, by both of its names. Empty without one."""
    return f"{dashboard_process.url(dashboard_port)},http://localhost:{dashboard_port}" if dashboard_port else ""


def down(config: StackConfig, report: Report) -> None:
    """Stop what `up` started, and nothing else; the data stays. Raises `StackError`."""
    with one_command(config):
        descriptor = read_descriptor(config.descriptor)
        if descriptor is not None:
            _stop(config, descriptor, report)
        if not _end_remains(config, report) and descriptor is None:
            report("no stack runs")


def _stop(config: StackConfig, descriptor: StackDescriptor, report: Report) -> None:
    # The emulator first: its functions end with it, and none fails for want of what it needs.
    for process in sorted(descriptor.processes, key=lambda process: process.name != aws.EMULATOR):
        match stop(process):
            case Ended.STOPPED:
                report(f"stopped {process.name}")
            case Ended.BEFORE:
                report(f"{process.name} did not run any more")
            case Ended.KILLED:
                report(f"killed {process.name}, which did not end by itself; what it had accepted is on disk")
    config.descriptor.unlink()


def _end_remains(config: StackConfig, report: Report) -> int:
    """End what no descriptor knows: of an `up` that died, or of parts that died. Returns how many there were."""
    left = list(holders(config.running))
    if left:
        end(left)
        report(f"ended {_many(len(left), 'process')} that a stack had left running when it died")
    return len(left)


def _recovery(went_on: aws.WentOn) -> str:
    return (
        "the last stop was not clean. Nothing that was accepted is lost: "
        f"{_many(went_on.functions_killed, 'function')} of before ended, "
        f"{_many(went_on.executions_resumed, 'run')} under way resumed, "
        f"{_many(went_on.messages_shown, 'message')} taken up again"
    )


def _many(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "es" if what.endswith("s") else "s")


class _Step:
    """Reports a step with the seconds it took."""

    def __init__(self, report: Report, what: str) -> None:
        self._report = report
        self._what = what

    def __enter__(self) -> None:
        self._started = time.monotonic()

    def __exit__(self, error: object, *_: object) -> None:
        if error is None:
            self._report(f"{self._what}: {time.monotonic() - self._started:.1f} s")
