"""`sam local invoke` and `sam local start-api`, each in a process with an environment that leads to no account."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from local.config import REGION, python_runtime
from local.containers.results import Result, read_result
from local.containers.sequence import Step
from local.ports import LOOPBACK, claim_port
from local.processes import start, stop
from local.waiting import wait_until

INVOKE_SECONDS = 180
API_READY_SECONDS = 60
_SAM = Path(sys.executable).with_name("sam")
# Any credentials, real ones or not, are looked up at AWS at each start: with none, `sam` gives functions made-up ones.
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL")


@dataclass(frozen=True)
class SamLocal:
    """What every call of `sam local` is given."""

    template: Path
    variables: Path
    """The file for `--env-vars`."""
    folder: Path
    """For its caches."""
    logs: Path
    docker_host: str | None
    """The daemon's address; none is the one that Docker's own clients take."""
    pull: bool
    """Whether the registry is asked for a newer image."""

    def invoke(self, function: str, step: Step, token: str) -> Result:
        """Invoke the function of this logical id with the step's event, sent by the bearer of `token`."""
        command = [*self._command("invoke"), "--event=-", function]
        try:
            run = subprocess.run(
                command,
                env=self._environment(),
                cwd=self.folder,
                input=step.event(token),
                capture_output=True,
                text=True,
                timeout=INVOKE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Result(False, f"no result after {INVOKE_SECONDS} s")
        (self.logs / f"{step.function}.log").write_text(run.stderr + run.stdout)
        return read_result(run.returncode, run.stdout, run.stderr, step.says, step.raises)

    @contextmanager
    def api(self) -> Iterator[str]:
        """The base URL of `sam local start-api`, for as long as it runs. Raises `StackError`."""
        port = claim_port(0, "sam local start-api", "")
        command = [*self._command("start-api"), f"--host={LOOPBACK}", f"--port={port}"]
        process = start("sam local start-api", command, self._environment(), self.logs / "start-api.log", self.folder)
        url = f"http://{LOOPBACK}:{port}"

        def answers() -> bool:
            # A route that there is none of: any other would start a container.
            try:
                httpx.get(f"{url}/no-such-route", timeout=5)
            except httpx.HTTPError:
                return False
            return True

        try:
            wait_until(answers, process, API_READY_SECONDS, "sam local start-api does not listen")
            yield url
        finally:
            stop(process)

    def _command(self, subcommand: str) -> list[str]:
        return [
            str(_SAM),
            "local",
            subcommand,
            f"--template={self.template}",
            f"--env-vars={self.variables}",
            f"--layer-cache-basedir={self.folder}",
            f"--region={REGION}",
            *([] if self.pull else ["--skip-pull-image"]),
            f"--parameter-overrides=PythonRuntime={python_runtime()}",
        ]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _CREDENTIALS}
        if self.docker_host:
            kept["DOCKER_HOST"] = self.docker_host
        return {
            **kept,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
            "__SAM_CLI_APP_DIR": str(self.folder),
        }
