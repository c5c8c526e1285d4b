"""Times as people write them on a command line: a time, or so long ago."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

_AGO = re.compile(r"(\d{1,6})(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

SinceOption = Annotated[
    str | None,
    typer.Option(metavar="TIME|AGO", show_default=False, help="Only what began since, such as 2026-11-29T12:00 or 2h."),
]
UntilOption = Annotated[
    str | None, typer.Option(metavar="TIME|AGO", show_default=False, help="Only what began until then.")
]


def moment(value: str | None) -> datetime | None:
    """The time that somebody wrote. Raises `typer.BadParameter`."""
    if value is None:
        return None
    if match := _AGO.fullmatch(value):
        try:
            return datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})
        except OverflowError as error:
            raise typer.BadParameter("so long ago there was nothing") from error
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter("it is neither a time such as 2026-11-29T12:00 nor one such as 30m, 2h, 7d") from error
    # What somebody writes without an offset is the time on their clock.
    return found.astimezone(UTC)
