"""How the dashboard is put before an environment: the action's own script, with an `aws` that notes what it is told."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.dashboard.site import ASKED_FOR_ANEW, HASHED, KEPT
from tests.template.site import site
from tests.template.template import REPOSITORY

ACTION: dict[str, Any] = yaml.safe_load((REPOSITORY / ".github" / "actions" / "site" / "action.yml").read_text())
[SCRIPT] = [each["run"] for each in ACTION["runs"]["steps"] if "aws s3" in each.get("run", "")]
AWS = f"""#!{sys.executable}
import json, os, re, sys
asked = sys.argv[1:]
if asked[1] == "describe-stacks":
    print(asked[3] + "." + re.search("OutputKey=='(.*)'", asked[5])[1])
else:
    open(os.environ["CALLS"], "a").write(json.dumps(asked) + "\\n")
"""


def ran(folder: Path, parameters: str) -> subprocess.CompletedProcess[str]:
    """The script, run in `folder`, where its calls are noted."""
    (folder / "aws").write_text(AWS)
    (folder / "aws").chmod(0o755)
    environment = {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "CALLS": str(folder / "calls"),
        "RUNNER_TEMP": str(folder),
        "TARGET": "dev",
        "SITE": "dist/abc",
        "PARAMETERS": parameters,
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", SCRIPT],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def calls(tmp_path: Path) -> list[list[str]]:
    """What is asked of AWS, in its order."""
    done = ran(tmp_path, "OidcIssuer=https://issuer.example\n\nOidcScope=openid offline_access\n")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]


def test_the_stack_is_given_what_the_other_one_tells_and_values_with_blanks_whole(calls: list[list[str]]) -> None:
    deploy = calls[0]
    given = dict(each.split("=", 1) for each in deploy[deploy.index("--parameter-overrides") + 1 :])
    assert given == {
        "ApiUrl": "bloomweaver-dev.ApiUrl",
        "LiveUrl": "bloomweaver-dev.LiveUrl",
        "UploadsBucketName": "bloomweaver-dev.ArtifactsBucketName",
        "OidcIssuer": "https://issuer.example",
        "OidcScope": "openid offline_access",
    }
    assert set(given) <= set(site()["Parameters"])
    assert deploy[deploy.index("--template-file") + 1] == "stacks/site.yaml"


def test_hashed_files_come_first_and_are_kept_for_a_year_and_the_page_is_asked_for_anew(
    calls: list[list[str]], tmp_path: Path
) -> None:
    bucket = "s3://bloomweaver-dev-site.BucketName"
    hashed, configuration, page, invalidation = calls[1:]
    assert hashed[:4] == ["s3", "sync", f"dist/abc/{HASHED}".rstrip("/"), f"{bucket}/{HASHED}".rstrip("/")]
    assert hashed[-1] == KEPT
    assert "--delete" not in hashed, "a page that is open still asks for the scripts of its build"
    assert configuration[3] == f"{bucket}/config.json"
    assert Path(configuration[2]).read_text() == "bloomweaver-dev-site.Configuration\n"
    assert page[:4] == ["s3", "cp", "dist/abc", bucket]
    assert page[page.index("--exclude") + 1] == f"{HASHED}*"
    assert configuration[-1] == page[-1] == ASKED_FOR_ANEW
    assert invalidation == [
        *("cloudfront", "create-invalidation", "--distribution-id", "bloomweaver-dev-site.DistributionId"),
        *("--paths", "/*"),
    ]


def test_a_line_that_is_no_parameter_stops_it(tmp_path: Path) -> None:
    done = ran(tmp_path, "OidcIssuer https://issuer.example")
    assert done.returncode == 1
    assert "::error::not NAME=VALUE: OidcIssuer https://issuer.example" in done.stdout
    assert not (tmp_path / "calls").exists()


def test_by_hand_it_is_done_with_the_same_commands() -> None:
    page = (REPOSITORY / "docs" / "deploy.md").read_text()

    def commands(text: str) -> list[list[str]]:
        """Each command's name and options, without what differs from place to place."""
        lines = re.findall(r"^ *(aws (?:s3 (?:sync|cp)|cloudfront) .*_?(?:control|paths) .*)$", text, re.MULTILINE)
        return [re.findall(r"^aws \w+ [\w-]+|--[\w-]+(?: \"[^\"$]+\"| [\w/-]+)?", line) for line in lines]

    assert commands(SCRIPT) == commands(page)
    assert len(commands(page)) == 4


def test_a_change_of_the_dashboard_puts_it_there_and_deploys_nothing_else() -> None:
    paths = {
        name: yaml.load((REPOSITORY / ".github" / "workflows" / f"{name}.yml").read_text(), Loader=yaml.BaseLoader)
        for name in ("site", "deploy")
    }
    site_paths, deploy_paths = (paths[name]["on"]["push"]["paths"] for name in ("site", "deploy"))
    assert {"frontend/**", "stacks/site.yaml", "local/dashboard/build.py"} <= set(site_paths)
    # The last one that fits decides.
    assert deploy_paths.index("!stacks/site.yaml") > deploy_paths.index("stacks/**")
    assert not {"frontend/**", "local/**"} & set(deploy_paths)
