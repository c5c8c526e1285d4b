"""Stands for a function's process towards the emulator: has the function host start it, and ends with it.

Run without site-packages, so that it starts in a few milliseconds; hence no imports but the standard library's.
"""

import array
import json
import os
import socket
import sys


def main(directory: str, path: list[str]) -> int:
    """Start the function that the environment describes, through the host in `directory`. Returns its exit status."""
    task_root = os.getcwd()  # noqa: PTH109 - pathlib would take longer to import than all the rest
    os.chdir(directory)
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect("functions.sock")
    request = {"directory": task_root, "environment": dict(os.environ), "path": [task_root, *path]}
    streams = array.array("i", [0, 1, 2])
    data = json.dumps(request).encode() + b"\n"
    sent = client.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
    client.sendall(data[sent:])
    status = client.makefile().readline()
    return int(status) if status else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
