"""Why a connection ends, in words for who holds it."""

from bloomweaver.live.connection import FAULTS_MAX, SILENT_SECONDS
from bloomweaver.live.messages import FrameError

_CODE = "over"

TIME_IS_UP = FrameError(
    code=_CODE, detail="the connection's time is up; open another one with a new ticket, or renew in time"
)
GIVEN_UP = FrameError(code=_CODE, detail="the connection was given up; open another one with a new ticket")
SILENT = FrameError(
    code=_CODE, detail=f"there was no ping for {SILENT_SECONDS // 60} minutes; open another connection, and ping"
)
TOO_MANY_FAULTS = FrameError(code=_CODE, detail=f"{FAULTS_MAX} times what was sent could not be taken")
