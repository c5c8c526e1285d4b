"""Why a connection ends, in words for who holds it."""

from bloomweaver.live.connection import CONNECTIONS_MAX, FAULTS_MAX, SILENT_SECONDS, Connection
from bloomweaver.live.messages import FrameError

_CODE = "over"

TIME_IS_UP = FrameError(
    code=_CODE, detail="the connection's time is up; open another one with a new ticket, or renew in time"
)
ONE_TOO_MANY = FrameError(
    code="too_many_connections",
    detail=f"you have {CONNECTIONS_MAX} connections, and no more can be had; end one of them before you open another",
)
GIVEN_UP = FrameError(code=_CODE, detail="the connection was given up; open another one with a new ticket")
SILENT = FrameError(
    code=_CODE, detail=f"there was no ping for {SILENT_SECONDS // 60} minutes; open another connection, and ping"
)
TOO_MANY_FAULTS = FrameError(code=_CODE, detail=f"{FAULTS_MAX} times what was sent could not be taken")


def of(connection: Connection, now: str) -> FrameError | None:
    """Why nothing is said over the connection any more, if that is so whatever its client does."""
    if connection.is_one_too_many:
        return ONE_TOO_MANY
    return TIME_IS_UP if connection.is_over(now) else None
