"""`sam build` and `sam deploy` of the template as it is, with the emulator in the place of AWS."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bloomweaver.errors import BloomweaverError
from bloomweaver.vector_stores import VectorStoreSettings, open_vector_store
from local import aws
from local.config import REPOSITORY, STACK_NAME, StackConfig, python_runtime
from local.embedding import dimension
from local.errors import StackError
from local.issuer import AUDIENCE, DASHBOARD, ISSUER, PARTY
from local.ports import LOOPBACK
from local.processes import environment, holding
from local.template import layers, resources

BOOTSTRAP_RUNTIME = "provided.al2023"
"""The emulator's own Python runtime hides the class of an exception, which Retry and Catch match on. With a bootstrap
that runs AWS's runtime client, the handlers behave as on AWS."""

_SAM_SETTINGS = {
    "SAM_CLI_TELEMETRY": "0",
    # It waits before it asks whether a stack is there: 5 s on AWS.
    "SAM_CLI_POLL_DELAY": "0.2",
    # All functions are of one folder: it is copied, packed and sent once, and not for each.
    "SAM_CLI_BETA_BUILD_PERFORMANCE": "1",
    "SAM_CLI_BETA_PACKAGE_PERFORMANCE": "1",
}


def build(config: StackConfig) -> None:
    """Build the functions, and give them the bootstrap. Raises `StackError`."""
    _sam(
        config,
        "build",
        [
            "--cache-dir",
            str(config.directory / "build-cache"),
            "--build-dir",
            str(config.build),
            # What they carry on AWS comes from this environment: a build takes seconds, and runs on any platform.
            *(f"--exclude={layer}" for layer in layers()),
        ],
        {"PythonRuntime": python_runtime()},
        # The build looks for the interpreter by its name.
        {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"},
    )
    functions = (r for r in resources(_built_template(config)).values() if r["Type"] == "AWS::Serverless::Function")
    for package in {config.build / function["Properties"]["CodeUri"] for function in functions}:
        bootstrap = package / "bootstrap"
        bootstrap.write_text(_bootstrap(config))
        bootstrap.chmod(0o755)


def deploy(config: StackConfig, aws_port: int, parameters: Mapping[str, str]) -> dict[str, str]:
    """Deploy what was built. Returns the stack's outputs. Raises `StackError`."""
    _sam(
        config,
        "deploy",
        ["--template-file", str(_built_template(config))],
        {"PythonRuntime": BOOTSTRAP_RUNTIME, **parameters},
        aws.client_environment(aws_port),
    )
    client = aws.client(aws.endpoint(aws_port), "cloudformation")
    stacks = client.describe_stacks(StackName=STACK_NAME)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}


def embed_locally(aws_port: int, embedding_url: str) -> None:
    """Have the embed function call `embedding_url` where there is a fleet: on one machine none of it starts."""
    client = aws.client(aws.endpoint(aws_port), "lambda")
    pages = client.get_paginator("list_functions").paginate()
    [embed] = [one for page in pages for one in page["Functions"] if one["Handler"] == "embed.handler.handler"]
    client.update_function_configuration(
        FunctionName=embed["FunctionName"],
        Environment={"Variables": {**embed["Environment"]["Variables"], "EMBEDDING_URL": embedding_url}},
    )


def parameters(
    config: StackConfig,
    aws_port: int,
    embedding_url: str,
    key_set_url: str,
    dashboard_origins: str,
    generator: Mapping[str, str],
) -> dict[str, str]:
    """The template's parameters on one machine. `generator` are those that say who writes answers."""
    return {
        "EmbeddingUrl": embedding_url,
        "EmbeddingModel": config.model,
        "ModelDir": "",
        "ModelsDir": "",
        "ChunkMaxTokens": str(config.chunk_max_tokens),
        "ChunkOverlapTokens": str(config.chunk_overlap_tokens),
        "VectorDimension": str(dimension(config)),
        "VectorStore": config.vector_store,
        "VectorIndexName": config.index_name,
        "LanceDbUri": _lancedb_uri(config),
        "PineconeHost": config.pinecone_host,
        "PineconeApiKey": config.pinecone_api_key,
        "OidcIssuer": ISSUER,
        "OidcJwksUrl": key_set_url,
        "OidcAudience": AUDIENCE,
        "OidcAuthorizedParties": f"{PARTY},{DASHBOARD}",
        "AllowedOrigins": dashboard_origins,
        "LiveEndpoint": f"{LOOPBACK}:{aws_port}/_aws/execute-api",
        "Profile": "local",
        "AccountConcurrency": "local",
        "TraceDisabled": "true",
        # Nobody is told of an alarm on one machine, and each start would deploy the stack's twenty resources more.
        "Observability": "false",
        # Nobody waits on one machine for as long as AWS may take.
        "SweepRate": "rate(1 minute)",
        "SweepAfterMinutes": "2",
        # Nobody shares one machine, and tests ask as fast as they can.
        "QuestionsPerMinute": "0",
        # Nothing lags behind on one machine.
        "ReconcileQuietSeconds": "5",
        **generator,
        **config.parameters,
    }


def create_index(config: StackConfig) -> None:
    """Create the vector index, if it is not there. Raises the store's errors as `StackError`."""
    try:
        open_vector_store(
            VectorStoreSettings(
                vector_store=config.vector_store,
                dimension=dimension(config),
                index_name=config.index_name,
                lancedb_uri=_lancedb_uri(config),
                pinecone_host=config.pinecone_host,
                pinecone_api_key=config.pinecone_api_key,
            )
        ).create()
    except BloomweaverError as error:
        raise StackError(f"the vector index could not be created: {error}") from error


def _lancedb_uri(config: StackConfig) -> str:
    return str(config.data / "lancedb")


def _built_template(config: StackConfig) -> Path:
    return config.build / "template.yaml"


def _bootstrap(config: StackConfig) -> str:
    # The code comes from the deployed package; what it depends on, and a layer carries on AWS, from this environment.
    client = REPOSITORY / "local" / "function_client.py"
    # The emulator sets the address to its own, whatever the function's environment says.
    address = f'export AWS_ENDPOINT_URL="{config.functions_aws_url}"\n' if config.functions_aws_url else ""
    return f"""#!/bin/sh
{address}exec "{sys.executable}" -I -S "{client}" "{config.directory}" "{REPOSITORY}"
"""


def _sam(
    config: StackConfig, command: str, options: list[str], parameters: Mapping[str, str], env: Mapping[str, str]
) -> None:
    log = config.logs / f"sam-{command}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output, holding(config.running) as descriptors:
        result = subprocess.run(
            [
                sys.executable,
                "-m",
                "local.sam",
                command,
                "--config-file",
                str(REPOSITORY / "samconfig.toml"),
                "--config-env",
                "local",
                *options,
                "--parameter-overrides",
                *(_override(name, value) for name, value in parameters.items()),
            ],
            cwd=REPOSITORY,
            env=environment({**_SAM_SETTINGS, **env}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=descriptors,
            check=False,
        )
    if result.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise StackError(f"sam {command} failed; the end of {log}:\n{tail}")


def _override(name: str, value: str) -> str:
    # Without quotes SAM takes a value up to its first space, and none that is empty.
    escaped = value.replace('"', '\\"')
    return f'{name}="{escaped}"'
