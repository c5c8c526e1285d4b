"""Figures as `GET /metrics/summary` gives them: some known, some 0, some not measured."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

PERIODS = 60


def figure(name: str, of: str | None, unit: str, points: list[float | None], **known: Any) -> dict[str, Any]:
    """A figure with these points."""
    there = [point for point in points if point is not None]
    return {
        "name": name,
        "of": of,
        "unit": unit,
        "points": points,
        "latest": there[-1] if there else None,
        "latest_at": None,
        "overall": None,
        "missing": None if there else "nothing of it was measured in this time",
        **known,
    }


def summary(minutes: int = 60) -> dict[str, Any]:
    """An hour in which something went on: searches, a breakdown, documents that waited, and no fleet."""
    places = range(PERIODS)
    waves = [float(round(62 + 40 * math.sin(place / 8) + place * 13 % 9)) for place in places]
    refused: list[float | None] = [0.04 if 30 <= place < 35 else 0.0 for place in places]
    broken_off: list[float | None] = [None if 20 <= place < 26 else value for place, value in enumerate(waves)]
    nothing: list[float | None] = [None] * PERIODS
    zeros: list[float | None] = [0.0] * PERIODS
    figures = []
    for of, share in (("all", 1.0), ("search", 0.5), ("write", 0.2)):
        figures += [
            figure("requests", of, "count", [round(value * share) for value in waves], overall=5_402.0 * share),
            figure("duration_p50", of, "milliseconds", [value and value * share for value in broken_off]),
            figure("duration_p95", of, "milliseconds", [value and value * 3 * share for value in broken_off]),
            figure("duration_p99", of, "milliseconds", [value and value * 9 * share for value in broken_off]),
            figure("client_error_rate", of, "share", refused, overall=0.003),
            figure("server_error_rate", of, "share", zeros, overall=0.0),
        ]
    for name in ("documents_accepted", "documents_indexed"):
        figures.append(figure(name, None, "count", [float(round(value / 12)) for value in waves], overall=318.0))
    for name in ("documents_deleted", "documents_partial", "documents_failed"):
        figures.append(figure(name, None, "count", zeros, overall=0.0))
    figures += [
        figure("freshness_p50", None, "seconds", [1.5 + place / 30 for place in places]),
        figure("freshness_p95", None, "seconds", [4 + place / 10 for place in places]),
        figure("passages_per_second", None, "per_second", [value / 4 for value in waves], overall=15.9),
        figure("tokens_per_second", None, "per_second", nothing),
        figure("batch_fill", None, "share", [0.3 + value / 200 for value in waves]),
        figure("cache_hits", None, "count", [float(round(value / 5)) for value in waves], overall=740.0),
        figure("cache_hit_rate", None, "share", [value / 250 for value in waves], overall=0.27),
    ]
    for queue, share in (("create", 1.0), ("update", 0.4), ("delete", 0.0), ("run_changes", 0.1)):
        waiting: list[float | None] = [float(round(value * share)) for value in waves]
        figures.append(figure("queue_depth", queue, "count", waiting))
        figures.append(figure("queue_age", queue, "seconds", nothing if queue == "delete" else waiting))
    for queue in ("create", "update", "delete", "pinecone", "s3"):
        figures.append(figure("dead_letters", queue, "count", [float(queue == "s3")] * PERIODS))
    for name in ("fleet_in_service", "fleet_desired"):
        figures.append(figure(name, None, "count", nothing, missing="this deployment has no fleet"))
    period = 60 if minutes <= 180 else 300
    now = datetime.now(UTC)
    until = now.replace(second=0, microsecond=0)
    return {
        "as_of": now.isoformat(),
        "since": (until - timedelta(seconds=PERIODS * period)).isoformat(),
        "until": until.isoformat(),
        "period_seconds": period,
        "figures": figures,
    }


def with_figures(page: Page) -> None:
    """Show the page anew where the service has these figures."""
    page.route("**/api/metrics/summary?*", lambda route: route.fulfill(json=summary()))
    page.reload()
    expect(page.get_by_role("img").nth(8)).to_be_visible()
    page.unroute("**/api/metrics/summary?*")
