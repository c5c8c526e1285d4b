"""Stands for a function's process towards the emulator: has the function host start it, and ends with it.

Run without site-packages, so that it starts in a few milliseconds; hence no imports but the standard library's. Once
the function runs, all that is left to do is to wait for its end, which `cat` does in a tenth of the memory.
"""

import array
import json
import os
import socket
import sys


def main(directory: str, path: list[str]) -> None:
    """Start the function that the environment describes, through the host in `directory`, and become a process that
    ends when the function's does."""
    task_root = os.getcwd()  # noqa: PTH109 - pathlib would take longer to import than all the rest
    os.chdir(directory)
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect("functions.sock")
    request = {"directory": task_root, "environment": dict(os.environ), "path": [task_root, *path]}
    streams = array.array("i", [0, 1, 2])
    data = json.dumps(request).encode() + b"\n"
    sent = client.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
    client.sendall(data[sent:])
    # The host closes the connection when the function's process ends.
    os.dup2(client.fileno(), 0)
    os.execvp("cat", ["cat"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
