"""Ports on loopback: a free one, or the chosen one if nobody has it."""

import socket

from local.errors import StackError

LOOPBACK = "127.0.0.1"


def claim_port(wanted: int, purpose: str, option: str) -> int:
    """`wanted` if it is free, any free port if it is 0. Raises `StackError` with the port and the option to change."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted))
        except OSError as error:
            raise StackError(
                f"port {wanted}, which {purpose} wants, cannot be taken on {LOOPBACK} ({error.strerror}); "
                f"free it, or choose another with {option}"
            ) from error
        port: int = probe.getsockname()[1]
        return port
