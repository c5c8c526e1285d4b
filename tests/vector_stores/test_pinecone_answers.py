"""Threads read the first answers of a process at the same time, and it goes on."""

import subprocess
import sys

import pytest

PROCESSES = 12
READ_AT_ONCE = """
import sys, threading
from bloomweaver.vector_stores.pinecone_answers import look_into_types
from pinecone import ResponseParsingError
from pinecone._internal.adapters import documents_adapter

if sys.argv[1] == "look":
    look_into_types()
ANSWER = b'{"matches": [{"_id": "a"}], "documents": {"a": {}}, "namespace": "n", "usage": {"read_units": 1}}'
sys.setswitchinterval(1e-6)
for name in ("_SearchDocumentsEnvelope", "_FetchDocumentsEnvelope"):
    gate = threading.Barrier(8)

    def read():
        gate.wait()
        try:
            documents_adapter.decode_response(ANSWER, getattr(documents_adapter, name))
        except ResponseParsingError:
            pass

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def ends(first: str) -> set[int]:
    """How processes end that read answers in threads at once."""
    command = [sys.executable, "-c", READ_AT_ONCE, first]
    return {subprocess.run(command, capture_output=True, check=False).returncode for _ in range(PROCESSES)}


@pytest.mark.heavy
def test_a_process_whose_threads_read_its_first_answers_goes_on() -> None:
    assert ends("look") == {0}
