"""The command where there is no stack, or none can be started; and the index that it creates."""

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import boto3
import pytest

from bloomweaver.settings import settings
from cli import options
from local import aws, stack
from local.config import StackConfig
from local.ports import claim_port
from local.processes import stop
from local.stack import StackDescriptor
from tests.cli.conftest import Command
from tests.cli.fake_api import FakeApi
from wiring import dependencies


@pytest.fixture
def default_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stack's directory where no option names one."""
    monkeypatch.setattr(options, "StackConfig", partial(StackConfig, directory=tmp_path))
    return tmp_path


@pytest.fixture
def fresh_settings() -> Iterator[None]:
    """Settings are read once in a process's life."""

    def forget() -> None:
        settings.cache_clear()
        dependencies.vector_store.cache_clear()

    forget()
    yield
    forget()


def write_descriptor(directory: Path, api_url: str) -> None:
    descriptor = StackDescriptor(
        api_url=api_url,
        embedding_url="http://127.0.0.1:1",
        aws_endpoint_url="http://127.0.0.1:2",
        region="us-east-1",
        vector_store="lancedb",
        data_dir=directory / "data",
        log_dir=directory / "logs",
        outputs={},
        processes=[],
    )
    (directory / "stack.json").write_text(descriptor.model_dump_json())


@pytest.mark.usefixtures("default_directory")
@pytest.mark.parametrize("arguments", [("search", "words"), ("status",), ("delete", "a"), ("ingest", ".")])
def test_without_a_stack_the_command_says_what_to_do(command: Command, arguments: tuple[str, ...]) -> None:
    run = command(*arguments, "--json")
    assert run.exit_code == 1
    assert run.stdout == ""
    for way in ("bloomweaver up", "--api-url", "BLOOMWEAVER_API_URL"):
        assert way in run.stderr


def test_the_stack_of_this_machine_is_the_default(command: Command, api: FakeApi, default_directory: Path) -> None:
    write_descriptor(default_directory, api.url)
    assert command("status", "--json").exit_code == 0


def test_a_variable_names_the_api(command: Command, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOOMWEAVER_API_URL", api.url)
    assert command("status", "--json").exit_code == 0


def test_a_description_that_cannot_be_read_is_told(command: Command, default_directory: Path) -> None:
    (default_directory / "stack.json").write_text("{")
    run = command("status")
    assert run.exit_code == 1
    assert str(default_directory / "stack.json") in run.stderr


@pytest.mark.parametrize("option", ["--aws-port", "--embedding-port"])
def test_a_port_in_use_is_named_with_the_option_to_change(
    command: Command, tmp_path: Path, taken_port: int, option: str
) -> None:
    ports = {"--aws-port": 0, "--embedding-port": 0, option: taken_port}
    run = command("up", "--dir", tmp_path, *(argument for pair in ports.items() for argument in pair), "--json")
    assert run.exit_code == 1
    assert run.stdout == ""
    assert f"port {taken_port}" in run.stderr
    assert option in run.stderr
    assert not (tmp_path / "stack.json").exists()


def test_a_port_that_is_none_is_wrong_use(command: Command, tmp_path: Path) -> None:
    assert command("up", "--dir", tmp_path, "--aws-port", 65536).exit_code == 2


def test_pinecone_needs_a_key(command: Command, tmp_path: Path) -> None:
    run = command("up", "--dir", tmp_path, "--vector-store", "pinecone")
    assert run.exit_code == 2
    assert "--pinecone-api-key" in run.stderr


def test_a_model_that_there_is_not_is_told_before_anything_is_started(command: Command, tmp_path: Path) -> None:
    directory = tmp_path / "stack"
    result = command("up", "--dir", str(directory), "--aws-port", "0", "--embedding-port", "0", "--model", "none-such")
    assert result.exit_code == 1
    assert "there is no model 'none-such'" in result.stderr
    assert not directory.exists()


def test_up_prints_what_clients_need(
    command: Command, tmp_path: Path, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starting is the stack's own; here it stands in for one that runs already."""
    configs: list[StackConfig] = []

    def started(config: StackConfig, report: stack.Report) -> StackDescriptor:
        configs.append(config)
        report("sam deploy: 1.0 s")
        write_descriptor(config.directory, api.url)
        descriptor = stack.read_descriptor(config.descriptor)
        assert descriptor is not None
        return descriptor

    monkeypatch.setattr(stack, "up", started)
    run = command("up", "--dir", tmp_path, "--aws-port", 0, "--json")
    assert run.exit_code == 0
    assert run.json()["api_url"] == api.url
    assert "sam deploy" in run.stderr
    assert configs == [StackConfig(directory=tmp_path, aws_port=0, dashboard=True)]
    assert f"BLOOMWEAVER_API_URL={api.url}" in command("up", "--dir", tmp_path).stderr


def test_down_without_a_stack_is_no_error(command: Command, tmp_path: Path) -> None:
    run = command("down", "--dir", tmp_path, "--json")
    assert run.exit_code == 0
    assert run.json() == {"report": ["no stack runs"]}


@pytest.mark.usefixtures("fresh_settings")
def test_an_index_is_created_once(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_of_the_environment = {
        "VECTOR_STORE": "lancedb",
        "LANCEDB_URI": str(tmp_path / "lance"),
        "VECTOR_DIMENSION": "4",
        "VECTOR_INDEX_NAME": "passages",
    }
    for name, value in settings_of_the_environment.items():
        monkeypatch.setenv(name, value)
    for _ in range(2):
        run = command("create-index", "--json")
        assert run.exit_code == 0
        assert run.json() == {"vector_store": "lancedb", "index": "passages", "dimension": 4}
    assert (tmp_path / "lance" / "passages.lance").is_dir()


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account of AWS, as the emulator plays it, and an environment that is put back after the test."""
    port = claim_port(0, "the emulator", "")
    for name, value in aws.client_environment(port).items():
        monkeypatch.setenv(name, value)
    for name in ("VECTOR_STORE", "LANCEDB_URI", "VECTOR_DIMENSION", "VECTOR_INDEX_NAME"):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv("UNRELATED", raising=False)
    process = aws.start_emulator(StackConfig(tmp_path / "emulator"), port)
    yield
    stop(process)


@pytest.mark.usefixtures("fresh_settings", "account")
def test_the_index_of_a_deployed_stack_has_the_settings_of_its_functions(command: Command, tmp_path: Path) -> None:
    variables = {
        "VECTOR_STORE": "lancedb",
        "LANCEDB_URI": str(tmp_path / "lance"),
        "VECTOR_DIMENSION": "5",
        "VECTOR_INDEX_NAME": "deployed",
        "UNRELATED": "not taken",
    }
    document = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "*"}]}
    function = {
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": "handler = None"},
        "Environment": {"Variables": variables},
    }
    body = {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}},
            "IndexesFunction": {"Type": "AWS::Lambda::Function", "Properties": function},
        }
    }
    boto3.client("cloudformation").create_stack(StackName="deployed", TemplateBody=json.dumps(body))
    run = command("create-index", "--stack", "deployed", "--json")
    assert run.exit_code == 0, run.stderr
    assert run.json() == {"vector_store": "lancedb", "index": "deployed", "dimension": 5}
    assert (tmp_path / "lance" / "deployed.lance").is_dir()
    assert "UNRELATED" not in os.environ


@pytest.mark.usefixtures("fresh_settings", "account")
def test_a_stack_that_is_not_there_is_named(command: Command) -> None:
    run = command("create-index", "--stack", "nowhere")
    assert (run.exit_code, "'nowhere'" in run.stderr) == (1, True)


@pytest.mark.usefixtures("fresh_settings")
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("VECTOR_STORE", "chroma", "VECTOR_STORE"),
        ("LANCEDB_URI", "", "lancedb_uri"),
        ("VECTOR_DIMENSION", "x", "VECTOR_DIMENSION"),
    ],
)
def test_settings_that_do_not_fit_are_named(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv("VECTOR_STORE", "lancedb")
    monkeypatch.setenv(name, value)
    run = command("create-index")
    assert run.exit_code == 1
    assert said in run.stderr


@pytest.mark.parametrize("name", ["up", "down", "ingest", "search", "status", "delete", "create-index"])
def test_every_command_tells_its_exit_codes(command: Command, name: str) -> None:
    run = command(name, "--help")
    assert run.exit_code == 0
    assert "Exit codes" in run.stdout
    assert "--json" in run.stdout
