"""The ways from containers to the loopback, between two loopback addresses."""

import socket
import sys
import threading

import pytest

from local.containers.errors import ContainersUnavailable
from local.containers.forwarding import forwarded

OTHER_LOOPBACK = "127.0.0.2"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems give the loopback one address")
def test_what_is_sent_to_the_address_reaches_the_loopback_and_is_answered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(connection.recv(100).upper())

        thread = threading.Thread(target=serve)
        thread.start()
        with forwarded(OTHER_LOOPBACK, [port]), socket.create_connection((OTHER_LOOPBACK, port), timeout=10) as client:
            client.sendall(b"tide")
            assert client.recv(100) == b"TIDE"
            assert client.recv(100) == b""
        thread.join()


def test_an_address_that_is_not_this_machines_is_refused_in_words() -> None:
    with pytest.raises(ContainersUnavailable, match=r"192\.0\.2\.1"), forwarded("192.0.2.1", [1]):
        pass
