"""A deployment as `docs/deploy.md` and the workflows have it: nothing that they name is missing or called otherwise."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from samcli.cli.types import CfnParameterOverridesType

from cli.main import app
from tests.template.site import site
from tests.template.template import REPOSITORY, resources, template

PAGE = (REPOSITORY / "docs" / "deploy.md").read_text()
README = (REPOSITORY / "README.md").read_text()
COMMANDS = "\n".join(re.findall(r"```(?:sh)?\n(.*?)```", PAGE, re.DOTALL))
WORKFLOWS = REPOSITORY / ".github" / "workflows"
ACTION: dict[str, Any] = yaml.safe_load((REPOSITORY / ".github" / "actions" / "deploy" / "action.yml").read_text())
PUSHING = {
    *("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:InitiateLayerUpload"),
    *("ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"),
    *("ecr:DescribeRepositories", "ecr:CreateRepository"),
}
"""What a push by Docker asks of ECR, and what the workflow asks before it."""


def workflow(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((WORKFLOWS / f"{name}.yml").read_text(), Loader=yaml.BaseLoader)
    return loaded


def step(text: str) -> str:
    """The script of the one step of the action that has this in it."""
    [script] = [each["run"] for each in ACTION["runs"]["steps"] if text in each.get("run", "")]
    return str(script)


@pytest.mark.parametrize("text", [PAGE, README], ids=["deploy.md", "README.md"])
def test_parameters_and_outputs_that_are_named_are_there(text: str) -> None:
    named = set(re.findall(r"\b([A-Z][a-z]+(?:[A-Z][a-z]*)+)=", text))
    assert named - {"OutputKey"} <= {*template()["Parameters"], *site()["Parameters"]}
    for function, outputs in (("output", template()["Outputs"]), ("of_site", site()["Outputs"])):
        assert set(re.findall(rf"\$\({function} (\w+)\)", text)) <= set(outputs)


def test_the_commands_deploy_with_all_that_nothing_is_deployed_without() -> None:
    given = set(re.findall(r"\b([A-Z]\w+)=", COMMANDS))
    assert {"FleetImage", "PineconeApiKey", "OidcIssuer", "OidcAuthorizedParties", "AccountConcurrency"} <= given
    # Clerk's default session has no role: without it every call is answered 403.
    assert "OidcRoleClaim=metadata.role" in COMMANDS
    assert "OidcRoleClaim=metadata.role" in README
    first, second, _ = re.findall(r"sam deploy .*", COMMANDS)
    assert (first.endswith("DeletionProtection=false"), "DeletionProtection" in second) == (True, False)


def test_every_step_of_a_first_deploy_is_there_in_order() -> None:
    steps = [
        *("make install", "create-service-linked-role", "ecr create-repository", "docker login", "docker build"),
        *("docker push", "sam build", "sam deploy", "create-index", "s3 sync", "bloomweaver smoke"),
        *("local.dashboard.build", "stacks/site.yaml", "create-invalidation", "AllowedOrigins=", "request-certificate"),
    ]
    places = [COMMANDS.index(each) for each in steps]
    assert places == sorted(places)


def test_the_commands_of_the_project_are_there() -> None:
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    used = set(re.findall(r"bloomweaver ([a-z-]+)", COMMANDS)) - {"dev"}
    assert used <= {name.replace("_", "-") for name in known}


def test_every_image_is_built_for_the_instances_processor() -> None:
    texts = [COMMANDS, *(path.read_text() for path in WORKFLOWS.glob("*.yml"))]
    builds = [line for text in texts for line in re.findall(r"docker build .*", text)]
    assert len(builds) >= 3
    assert all("--platform linux/amd64" in line for line in builds)


def test_who_pushes_the_image_may_do_what_a_push_takes() -> None:
    assert set(re.findall(r"ecr:\w+", PAGE)) == PUSHING


def test_what_the_layers_are_made_of_triggers_a_deploy() -> None:
    paths = workflow("deploy")["on"]["push"]["paths"]

    def triggers(path: str) -> bool:
        folders = [each.removesuffix("**") for each in paths if each.endswith("/**")]
        return path in paths or any(path.startswith(folder) for folder in folders)

    for path in (
        "requirements/constraints.txt",
        "embedding_service/requirements.txt",
        "embedding_service/requirements-model.txt",
        "embedding_service/encoder/encoder.py",
        "layers/requirements/packages.txt",
        "functions/search/handler.py",
        "template.yaml",
        "stacks/embedding-fleet.yaml",
        "statemachines/create.asl.json",
    ):
        assert (REPOSITORY / path).is_file()
        assert triggers(path), path


def test_a_run_that_waits_for_an_approval_keeps_nothing_from_dev() -> None:
    deploy = workflow("deploy")
    assert "concurrency" not in deploy
    groups = {name: job["concurrency"]["group"] for name, job in deploy["jobs"].items()}
    assert len(set(groups.values())) == len(groups) == 2
    assert all(job["concurrency"]["cancel-in-progress"] == "false" for job in deploy["jobs"].values())


def test_each_environment_has_the_image_in_its_own_account() -> None:
    push = workflow("image")["jobs"]["push"]
    assert set(push["strategy"]["matrix"]["environment"]) == set(workflow("deploy")["jobs"])
    assert push["environment"] == "${{ matrix.environment }}"
    scripts = "\n".join(each.get("run", "") for each in push["steps"])
    assert "aws ecr create-repository" in scripts


def test_the_index_is_there_before_the_first_document() -> None:
    scripts = [each.get("run", "") for each in ACTION["runs"]["steps"]]
    created, tried = (next(n for n, each in enumerate(scripts) if text in each) for text in ("create-index", "smoke"))
    assert created < tried
    assert 'create-index --stack "bloomweaver-$TARGET"' in scripts[created]
    assert "IndexesFunction" in resources("AWS::Serverless::Function")


@pytest.fixture
def deployments(tmp_path: Path, request: pytest.FixtureRequest) -> list[dict[str, str]]:
    """What `sam deploy` is given, each time, as SAM reads it. `request.param`: the parameters, and whether the stack is
    there."""
    parameters, there = request.param
    log = tmp_path / "calls"
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    sam = f'#!{sys.executable}\nimport json, sys\nopen({str(log)!r}, "a").write(json.dumps(sys.argv[1:]) + "\\n")\n'
    for path, text in ((".venv/bin/sam", sam), ("aws", f"#!/bin/sh\nexit {0 if there else 255}\n")):
        (tmp_path / path).write_text(text)
        (tmp_path / path).chmod(0o755)
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "TARGET": "dev", "PINECONE_API_KEY": "k-1"}
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step("sam deploy")],
        cwd=tmp_path,
        env={**environment, "PARAMETERS": parameters},
        check=True,
    )
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    read = CfnParameterOverridesType()
    return [
        read.convert(tuple(call[call.index("--parameter-overrides") + 1 :]), None, None)  # type: ignore[arg-type]
        for call in calls
    ]


BLANKS = (
    'SweepRate=rate(5 minutes)\nOidcAuthorizedParties=https://a.example,https://b.example\n\nModelDir=a "b" c\nX=y==\n'
)


@pytest.mark.parametrize("deployments", [(BLANKS, True)], indirect=True)
def test_values_with_blanks_reach_the_stack_whole(deployments: list[dict[str, str]]) -> None:
    [given] = deployments
    assert given == {
        "SweepRate": "rate(5 minutes)",
        "OidcAuthorizedParties": "https://a.example,https://b.example",
        "ModelDir": 'a "b" c',
        "X": "y==",
        "PineconeApiKey": "k-1",
    }


@pytest.mark.parametrize("deployments", [("FleetImage=a:1", False)], indirect=True)
def test_a_new_stack_is_protected_once_it_is_there(deployments: list[dict[str, str]]) -> None:
    first, second = deployments
    assert first == {**second, "DeletionProtection": "false"}
    assert "DeletionProtection" not in second
