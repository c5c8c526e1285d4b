"""The most memory that a process has ever had, as the kernel remembers it."""

from pathlib import Path

import psutil

from benchmarks.errors import RunError


def peak_memory_mib(pid: int) -> float:
    """The peak resident memory of a process and of those that it started, in MiB: VmHWM of each, added up.

    Linux only. Raises `RunError` elsewhere.
    """
    process = psutil.Process(pid)
    return sum(_peak_kib(one.pid) for one in (process, *process.children(recursive=True))) / 1024


def _peak_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        raise RunError("peak memory is read from /proc, which this system does not have: run the benchmark on Linux")
    for line in status.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "VmHWM":
            return int(value.split()[0])
    raise RunError(f"{status} does not tell VmHWM")
