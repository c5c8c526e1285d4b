"""The time, as the records keep it."""

from datetime import UTC, datetime, timedelta


def seconds_between(earlier: str, later: str) -> float:
    """The seconds from one time to another, each as `now` gives it."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def later(time: str, seconds: float) -> str:
    """So many seconds after a time, each as `now` gives it."""
    return (datetime.fromisoformat(time) + timedelta(seconds=seconds)).isoformat(timespec="microseconds")


def now() -> str:
    """The time now in UTC, ISO 8601 with microseconds: sorts as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
