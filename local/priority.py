"""What a person waits for goes before what loads: how the stack's processes share the machine's cores.

The embedding service and the functions of the state machines stand back. The emulator and the functions behind the API
do not.

A nice value alone would do little: where Linux groups processes by session (autogroups, `sched(7)`), it counts within a
session only, and each session gets an equal share of the cores.
"""

import os
from contextlib import suppress
from pathlib import Path

NICE = 5
"""A third of the share of what does not stand back. With less, a stack beside other programs would not get on."""


def stand_back(pid: int) -> None:
    """Have a process that was started in a session of its own stand back, and all that stays in that session."""
    with suppress(ProcessLookupError):  # whoever waits for it says that it ended
        os.setpriority(os.PRIO_PROCESS, pid, NICE)
    stand_back_as_session(pid)


def stand_back_as_session(pid: int) -> None:
    """The same, but processes that leave the session are not concerned."""
    # There is no such file without autogroups, or once the process has ended; and the kernel takes few changes at a
    # time from who is not root. The process runs all the same, with a larger share.
    with suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(NICE))
