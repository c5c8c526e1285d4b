"""One library in a process of its own: `python -m benchmarks.embedding.engine_process ENGINE FOLDER OPTION`.

ENGINE is a module of `benchmarks.embedding.engines`. A job names a file of texts. It is answered with how long they
took, or the vectors are written to a file.
"""

import importlib
import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.embedding.jobs import Job, private_output, serve

FIRST_TEXT = "What is this paragraph about?"


def main(engine: str, folder: str, option: str) -> None:
    """Loads the engine, embeds a first text and says so, then does jobs."""
    send = private_output()
    encode = importlib.import_module(f"benchmarks.embedding.engines.{engine}").load(Path(folder), option)
    send({"dimension": len(encode([FIRST_TEXT])[0])})

    def do(job: Job) -> Job:
        texts: list[str] = json.loads(Path(job["texts"]).read_text())
        if job["vectors"]:
            np.save(job["vectors"], np.asarray(encode(texts), np.float32))
            return {}
        done, started, seconds = 0, time.perf_counter(), 0.0
        while seconds < job["seconds"]:
            done += len(encode(texts))
            seconds = time.perf_counter() - started
        return {"texts": done, "seconds": seconds}

    serve(send, do)


if __name__ == "__main__":
    main(*sys.argv[1:])
