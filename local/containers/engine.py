"""dockerd and the programs that it starts: the machine's own, or Debian's packages unpacked into a folder.

They are unpacked and not installed: an installed docker.io would start a daemon of the system's and stay.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local.containers.errors import ContainersUnavailable

PACKAGES = ("docker.io", "containerd", "runc", "libdevmapper1.02.1", "libseccomp2")
PROGRAMS = ("dockerd", "containerd", "runc", "docker-proxy")
APT_SECONDS = 180
_PROGRAM_FOLDERS = ("usr/sbin", "usr/bin")
_LIBRARY_FOLDERS = ("usr/lib", "lib")


def engine_environment(folder: Path) -> Mapping[str, str]:
    """The environment that finds dockerd, from Debian's packages in `folder` where the machine has none of its own.

    Raises `ContainersUnavailable`.
    """
    if all(shutil.which(program) for program in PROGRAMS):
        return dict(os.environ)
    if not (folder / "unpacked").is_dir():
        _unpack(folder)
    environment = _environment(folder)
    missing = [program for program in PROGRAMS if not shutil.which(program, path=environment["PATH"])]
    if missing:
        raise ContainersUnavailable(f"Debian's packages have no {', '.join(missing)}")
    return environment


def _environment(folder: Path) -> dict[str, str]:
    root = folder / "unpacked"
    programs = [str(root / name) for name in _PROGRAM_FOLDERS]
    libraries = [str(path) for name in _LIBRARY_FOLDERS for path in (root / name).glob("*-linux-gnu")]
    return {
        **os.environ,
        "PATH": os.pathsep.join([*programs, os.environ["PATH"]]),
        "LD_LIBRARY_PATH": os.pathsep.join(libraries),
    }


def _unpack(folder: Path) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise ContainersUnavailable("no Docker answers, dockerd is not installed, and there is no apt-get to fetch it")
    downloads = folder / "downloads"
    shutil.rmtree(folder, ignore_errors=True)
    downloads.mkdir(parents=True)
    fetch = ["apt-get", "--quiet", "download", *PACKAGES]
    if _run(fetch, downloads).returncode:
        _run(["apt-get", "--quiet", "update"], downloads)
        fetched = _run(fetch, downloads)
        if fetched.returncode:
            raise ContainersUnavailable(f"apt-get could not fetch Docker: {_last_line(fetched.stdout)}")
    unpacked = folder / "unpacking"
    for package in sorted(downloads.glob("*.deb")):
        result = _run(["dpkg-deb", "--extract", str(package), str(unpacked)], downloads)
        if result.returncode:
            raise ContainersUnavailable(f"{package.name} cannot be unpacked: {_last_line(result.stdout)}")
    shutil.rmtree(downloads)
    # In one step: a run that was cut off leaves no half of it.
    unpacked.rename(folder / "unpacked")


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=APT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ContainersUnavailable(f"{' '.join(command[:3])} takes more than {APT_SECONDS} s") from error


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no reason was given"
