"""What the Dockerfile's last stage says, laid out in a folder, so that its commands run without a container engine."""

import json
import shlex
import shutil
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from dockerfile_parse import DockerfileParser

CONTEXT = Path(__file__).resolve().parents[2] / "embedding_service"


class Image:
    """The last stage of the Dockerfile, with some build arguments. `stages` has what is copied from the stages before
    it: for each stage and path a folder here, or none for what is not to be laid out."""

    def __init__(self, root: Path, build_args: dict[str, str], stages: dict[tuple[str, str], Path | None]) -> None:
        self._root = root
        self._parser = DockerfileParser(str(CONTEXT / "Dockerfile"), build_args=build_args)
        self._instructions = self._last_stage()
        self._work_dir = "/"
        for name, value in self._instructions:
            if name == "WORKDIR":
                self._work_dir = value
                self.work_dir.mkdir(parents=True)
            elif name == "COPY":
                self._copy(shlex.split(value), stages)

    @property
    def work_dir(self) -> Path:
        """Where its commands run."""
        return self.path(self._work_dir)

    @property
    def environment(self) -> dict[str, str]:
        """Its variables."""
        return dict(self._parser.envs)

    @property
    def user(self) -> str:
        """Whom its commands run as."""
        return self._only("USER")

    @property
    def command(self) -> list[str]:
        """What it starts."""
        return self._list(self._only("CMD"))

    @property
    def health_check(self) -> list[str]:
        """What tells whether it is healthy."""
        return self._list(self._only("HEALTHCHECK").partition("CMD ")[2])

    @property
    def python_checks(self) -> list[list[str]]:
        """What the build runs with the image's own Python."""
        return [
            shlex.split(value) for name, value in self._instructions if name == "RUN" and value.startswith("python")
        ]

    def path(self, inside: str) -> Path:
        """Where a path of the image lies here."""
        return self._root / inside.lstrip("/")

    def _last_stage(self) -> list[tuple[str, str]]:
        instructions = [(one["instruction"], one["value"]) for one in self._parser.structure]
        start = max(place for place, (name, _) in enumerate(instructions) if name == "FROM")
        return instructions[start + 1 :]

    def _only(self, wanted: str) -> str:
        (value,) = [value for name, value in self._instructions if name == wanted]
        return value

    def _copy(self, words: list[str], stages: dict[tuple[str, str], Path | None]) -> None:
        flags = dict(word.removeprefix("--").split("=", 1) for word in words if word.startswith("--"))
        *sources, target = [word for word in words if not word.startswith("--")]
        assert set(flags) <= {"from"}, f"this test does not know the flags {flags}"
        for source in sources:
            found = stages[flags["from"], source] if "from" in flags else CONTEXT / source
            if found is None:
                continue
            destination = self.path(target) if target.startswith("/") else self.work_dir / target
            if found.is_dir():
                ignore = None if "from" in flags else _ignored
                shutil.copytree(found, destination, ignore=ignore, dirs_exist_ok=True)
            else:
                into_folder = target.endswith("/") or len(sources) > 1
                destination = destination / found.name if into_folder else destination
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(found, destination)

    @staticmethod
    def _list(value: str) -> list[str]:
        parsed: Any = json.loads(value)  # the exec form: a shell would not pass SIGTERM on
        assert isinstance(parsed, list)
        return parsed


def _ignored(folder: str, names: list[str]) -> set[str]:
    """What .dockerignore leaves out: names at the context's root, and `**/NAME` anywhere."""
    at_root = Path(folder) == CONTEXT
    lines = [line.strip() for line in (CONTEXT / ".dockerignore").read_text().splitlines()]
    patterns = [line for line in lines if line and not line.startswith("#")]
    return {
        name
        for name in names
        for pattern in patterns
        if fnmatch(name, pattern.removeprefix("**/")) and (pattern.startswith("**/") or at_root)
    }
