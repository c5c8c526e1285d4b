"""What the figures were measured on."""

import os
import platform
from pathlib import Path
from typing import Any

import psutil

FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
"""What decides how quick a processor is at a model, as /proc/cpuinfo names it."""


def machine() -> dict[str, Any]:
    """The processor, its cores, the memory, the system and the interpreter. Nothing that names the machine."""
    return {
        "cpu": _cpuinfo("model name") or platform.processor() or platform.machine(),
        "cpu_features": [name for name in FEATURES if name in (_cpuinfo("flags") or "").split()],
        "cores": os.cpu_count(),
        "memory_mib": psutil.virtual_memory().total // 2**20,
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
    }


def _cpuinfo(wanted: str) -> str | None:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == wanted:
                return value.strip()
    return None
