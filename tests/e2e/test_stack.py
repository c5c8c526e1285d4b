"""The stack itself: started once, on the loopback alone, and again after a stop with all that it held."""

import ipaddress

import psutil
import pytest

from local import stack as local_stack
from tests.e2e.running_stack import RunningStack


def test_up_leaves_a_running_stack_as_it_is(stack: RunningStack) -> None:
    said: list[str] = []
    assert local_stack.up(stack.config, said.append) == stack.descriptor
    assert said == [f"the stack runs already: {stack.descriptor.api_url}"]


def test_it_listens_on_the_loopback_alone(stack: RunningStack, doc_hash: str) -> None:
    stack.index(doc_hash, "Functions run now, too.")
    listening: set[str] = set()
    for started in stack.descriptor.processes:
        handle = started.handle()
        assert handle is not None
        for process in (handle, *handle.children(recursive=True)):
            try:
                connections = process.net_connections(kind="inet")
            except psutil.NoSuchProcess:
                continue  # a function that was no longer needed
            listening |= {one.laddr.ip for one in connections if one.status == psutil.CONN_LISTEN}
    assert listening
    assert all(ipaddress.ip_address(address).is_loopback for address in listening), listening


@pytest.mark.last
@pytest.mark.vector_store("lancedb")
def test_a_restart_keeps_everything(stack: RunningStack, doc_hash: str) -> None:
    text = "The cooper of Elm Street bends staves over a fire of chips."
    stack.index(doc_hash, text, metadata={"trade": "cooper"})
    record = stack.api.document(doc_hash)
    found = stack.hits(text, doc_hash)
    processes = stack.descriptor.processes
    url = stack.descriptor.api_url

    stack.restart()

    assert not any(process.handle() for process in processes)
    assert stack.descriptor.api_url == url
    assert stack.api.document(doc_hash) == record
    assert stack.hits(text, doc_hash) == found
    stack.assert_holds_only(record)
    # What is written from now on goes where the rest is, and builds on it.
    updated = stack.index(doc_hash, text, metadata={"trade": "barrels"})
    assert updated.version == record.version + 1
    assert "EmbedBatch" not in stack.states_entered(stack.execution(updated).arn)
    stack.index(f"{doc_hash}-2", "The farrier of Elm Street shoes horses at dawn.")
    assert stack.hits("who shoes horses?", f"{doc_hash}-2")
