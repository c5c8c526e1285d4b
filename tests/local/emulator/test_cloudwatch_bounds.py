"""What functions print and count is kept in bounds: the newest stays."""

import time

import pytest
from ministack.services import lambda_svc

from local.emulator import cloudwatch_bounds, event_log
from local.emulator.cloudwatch_bounds import POINTS_MAX, STREAMS_MAX
from tests.local.emulator.mortal import copy_of


def test_the_streams_of_the_newest_invocations_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_svc, "_emit_lambda_logs", lambda_svc._emit_lambda_logs)  # and as it was afterwards
    with copy_of("cloudwatch"), copy_of("cloudwatch_logs") as logs:
        cloudwatch_bounds.install()
        for number in range(STREAMS_MAX + 50):
            for function in ("one", "two"):
                lambda_svc._emit_lambda_logs(
                    {"config": {"FunctionName": function}}, f"r{number}", f"l{number}", False, 1
                )
        for group in logs._log_groups.all_values():
            streams = list(group["streams"].values())
            assert len(streams) == STREAMS_MAX
            printed = [event["message"] for stream in streams for event in stream["events"]]
            assert "l49" not in printed
            assert {"l50", f"l{STREAMS_MAX + 49}"} <= set(printed)


def test_the_newest_figures_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_svc, "_emit_lambda_logs", lambda_svc._emit_lambda_logs)
    with copy_of("cloudwatch") as cloudwatch, copy_of("cloudwatch_logs"):
        cloudwatch_bounds.install()
        for number in range(5 * POINTS_MAX):
            cloudwatch._metric_bucket(("space", "figure", ())).append({"number": number})
        points = cloudwatch._metric_bucket(("space", "figure", ()))
        assert POINTS_MAX <= len(points) <= 2 * POINTS_MAX
        assert points[-1] == {"number": 5 * POINTS_MAX - 1}


def test_equal_values_of_a_minute_are_one_point_that_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_svc, "_emit_lambda_logs", lambda_svc._emit_lambda_logs)
    with copy_of("cloudwatch") as cloudwatch, copy_of("cloudwatch_logs"):
        cloudwatch_bounds.install()
        for minute in range(2):
            monkeypatch.setattr(time, "time", lambda minute=minute: 120.0 + 60 * minute + 5)
            for value in (1, 1, 3, 1):
                for function in "ab":
                    cloudwatch.record_metric("AWS/Lambda", "Took", value, "Count", {"FunctionName": function})
        for function in "ab":
            points = cloudwatch._metric_bucket(("AWS/Lambda", "Took", f"FunctionName={function}"))
            assert [(p["Timestamp"], p["Value"], p["Count"]) for p in points] == [
                *((120.0, 1.0, 3.0), (120.0, 3.0, 1.0)),
                *((180.0, 1.0, 3.0), (180.0, 3.0, 1.0)),
            ]
            assert cloudwatch._calc_stats(points) == {
                **{"SampleCount": 8.0, "Sum": 12.0, "Average": 1.5},
                **{"Minimum": 1.0, "Maximum": 3.0},
            }


def test_events_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with copy_of("eventbridge") as eventbridge:
        event_log.install()
        entry = {"Source": "a", "DetailType": "b", "Detail": "{}"}
        assert eventbridge._put_events({"Entries": [entry]})[0] == 200
        assert not eventbridge._events_log.has_any()
