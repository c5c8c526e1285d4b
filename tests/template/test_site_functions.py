"""CloudFront's functions before the dashboard, run by Node: which path is the page, and what the API is asked."""

import json
import subprocess
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from local.dashboard.api_proxy import PREFIX
from local.dashboard.node import node
from local.dashboard.site import Site
from tests.template.site import distribution, properties

PATHS = [
    *("/", "/documents", "/documents/a-b_c", "/runs/create-x-1", "/auth/callback", "/documents/"),
    *("/index.html", "/theme.js", "/_astro/main.abc.js", "/config.json"),
    *("/gone.js", "/_astro/gone.js", "/_astro/gone", "/.env", "/a.b/c", "/documents/a.b"),
]


def asked_for(name: str, paths: list[str]) -> list[str]:
    """What of these paths is asked of the origin."""
    script = f"""{properties(name)["FunctionCode"]}
      const paths = {json.dumps(paths)};
      console.log(JSON.stringify(paths.map((uri) => handler({{ request: {{ uri, querystring: {{}} }} }}).uri)));"""
    ran = subprocess.run([node().program, "--eval", script], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(ran.stdout)
    return found


def test_a_path_is_the_page_where_it_is_on_one_machine(tmp_path: Path) -> None:
    files = ("index.html", "theme.js", "_astro/main.abc.js", "config.json")
    (tmp_path / "_astro").mkdir()
    for name in files:
        (tmp_path / name).write_text(name)
    client = TestClient(Starlette(routes=[Route("/{path:path}", Site(tmp_path, ()).serve)]))
    for path, asked in zip(PATHS, asked_for("PageFunction", PATHS), strict=True):
        answer = client.get(path)
        there = asked.removeprefix("/")
        assert (answer.text if answer.status_code == 200 else None) == (there if there in files else None), path


def test_the_api_is_asked_for_the_path_as_it_came_without_the_prefix() -> None:
    [behavior] = distribution()["CacheBehaviors"]
    assert behavior["PathPattern"] == f"{PREFIX}/*"
    paths = ["/documents/a%2Fb", "/api/x", "/"]
    assert asked_for("ApiFunction", [PREFIX + path for path in paths]) == paths


def test_each_function_is_before_its_own_paths() -> None:
    pages, [api] = distribution()["DefaultCacheBehavior"], distribution()["CacheBehaviors"]
    for behavior, name in ((pages, "PageFunction"), (api, "ApiFunction")):
        [found] = behavior["FunctionAssociations"]
        assert found == {"EventType": "viewer-request", "FunctionARN": f"<{name}.FunctionARN>"}
        assert properties(name)["AutoPublish"]
