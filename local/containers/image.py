"""A stand-in for AWS's base image of Python functions, made from this machine's own Python and C library.

It holds what the base image gives a function: the interpreter, AWS's runtime client, and /var/runtime/bootstrap, which
`sam local` starts through its runtime interface emulator. It is imported under the base image's name into a daemon of
our own, where nothing else can meet it.
"""

import io
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import awslambdaric
import docker

from local.config import python_runtime

_SHELL_PROGRAMS = ("sh", "mv", "chmod")
"""What `sam` runs to add its emulator to an image."""
_LEFT_OUT = {"site-packages", "test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3"}
_RUNTIME = "/var/runtime"
_RUNTIME_PACKAGES = ("awslambdaric", "snapshot_restore_py.py", "simplejson")
_LIBRARY = re.compile(r"(?:=>\s+|^\s+)(/\S+)", re.MULTILINE)
_MERGED = ("bin", "sbin", "lib", "lib64")


def base_image() -> tuple[str, str]:
    """Repository and tag of the image that `sam local` asks for."""
    architecture = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    return "public.ecr.aws/lambda/python", f"{python_runtime().removeprefix('python')}-{architecture}"


def import_image(client: docker.DockerClient, package: Path, folder: Path) -> None:
    """Make the image, with the system's libraries that `package` links to, and give it to the daemon."""
    archive = folder / "image.tar"
    with tarfile.open(archive, "w") as tar:
        _fill(tar, package)
    repository, tag = base_image()
    client.api.import_image_from_file(str(archive), repository=repository, tag=tag)
    archive.unlink()


def _fill(tar: tarfile.TarFile, package: Path) -> None:
    interpreter = Path(sys.executable).resolve()
    standard_library = Path(sysconfig.get_path("stdlib")).resolve()
    programs = [Path(found).resolve() for found in _found_programs()]
    binaries = [interpreter, *programs, *standard_library.rglob("*.so"), *_shared_objects(package)]
    added: set[Path] = set()
    for name in _MERGED:
        if (link := Path("/", name)).is_symlink():
            _add_link(tar, name, str(link.readlink()))
    for path in (interpreter, *programs, *_libraries(binaries, package)):
        _add_file(tar, path, added)
    for program in map(Path, _found_programs()):
        if program.is_symlink():
            _add_link(tar, str(program.parent.resolve() / program.name).lstrip("/"), str(program.resolve()))
    tar.add(standard_library, str(standard_library).lstrip("/"), filter=_needed)
    site = Path(awslambdaric.__file__).parents[1]
    for name in _RUNTIME_PACKAGES:
        tar.add(site / name, f"{_RUNTIME}/{name}".lstrip("/"))
    for native in site.glob("runtime_client*.so"):
        tar.add(native, f"{_RUNTIME}/{native.name}".lstrip("/"))
    _add_text(tar, f"{_RUNTIME}/bootstrap", _bootstrap(interpreter), 0o755)
    _add_text(tar, "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", 0o644)
    for name, mode in (("tmp", 0o1777), ("var/task", 0o755), ("var/rapid", 0o755), ("opt", 0o755), ("root", 0o700)):
        _add_folder(tar, name, mode)


def _found_programs() -> list[str]:
    return [found for name in _SHELL_PROGRAMS if (found := shutil.which(name))]


def _bootstrap(interpreter: Path) -> str:
    return f"""#!/bin/sh
export PYTHONPATH=/var/task:/opt/python:{_RUNTIME}
export LD_LIBRARY_PATH={interpreter.parent.parent / "lib"}
exec {interpreter} -m awslambdaric "$_HANDLER"
"""


def _shared_objects(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*.so*") if path.is_file())


def _libraries(binaries: Iterable[Path], package: Path) -> list[Path]:
    """What the binaries are linked to, by the paths that the loader found, without the package's own."""
    listed = subprocess.run(
        ["ldd", *map(str, binaries)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    found = {Path(path) for path in _LIBRARY.findall(listed.stdout)}
    return sorted(path for path in found if path.is_absolute() and not path.is_relative_to(package))


def _needed(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = Path(entry.name).name
    return None if name in _LEFT_OUT or name.startswith("config-") else entry


def _add_file(tar: tarfile.TarFile, path: Path, added: set[Path]) -> None:
    # By the folder's real path, since /lib may be a link, and by its own name, since that is what is linked to.
    target = path.parent.resolve() / path.name
    if target in added or not path.exists():
        return
    added.add(target)
    entry = tar.gettarinfo(str(path.resolve()), str(target).lstrip("/"))
    with path.open("rb") as content:
        tar.addfile(entry, content)


def _add_text(tar: tarfile.TarFile, name: str, text: str, mode: int) -> None:
    data = text.encode()
    entry = tarfile.TarInfo(name.lstrip("/"))
    entry.size, entry.mode = len(data), mode
    tar.addfile(entry, io.BytesIO(data))


def _add_folder(tar: tarfile.TarFile, name: str, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    tar.addfile(entry)


def _add_link(tar: tarfile.TarFile, name: str, target: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    tar.addfile(entry)
