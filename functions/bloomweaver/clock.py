"""The time, as the records keep it."""

from datetime import UTC, datetime


def seconds_between(earlier: str, later: str) -> float:
    """The seconds from one time to another, each as `now` gives it."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def now() -> str:
    """The time now in UTC, ISO 8601 with microseconds: sorts as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
