"""How a graph is compiled for the CPU that it runs on."""

from typing import Any, Literal

import openvino as ov

from embedding_service.encoder.cores import available_cores

# OpenVINO keeps compiled kernels for every shape of batch it met, 5000 by default: hundreds of megabytes in a service
# that meets many shapes. 256 cost no measurable speed, and some 10 MiB more than 128.
KERNELS_KEPT = 256


def compute_precision(precision: Literal["auto", "f32"]) -> Literal["bf16", "f32"]:
    """`auto` is bf16 where the CPU computes in it, else f32."""
    if precision == "auto" and "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        return "bf16"
    return "f32"


def compile_graph(graph: ov.Model, precision: Literal["bf16", "f32"], threads: int | None, streams: int) -> Any:
    """The compiled model: `streams` batches run at the same time on `threads` cores (default: all that the process may
    use)."""
    return ov.Core().compile_model(
        graph,
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": threads or available_cores(),
            "NUM_STREAMS": streams,
            # Two pinned processes would share the first cores and leave the others idle.
            "ENABLE_CPU_PINNING": False,
            "CPU_RUNTIME_CACHE_CAPACITY": KERNELS_KEPT,
        },
    )
