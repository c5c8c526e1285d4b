"""The sweep fires by itself, and never takes a function for dead that may be alive."""

from tests.template.template import function, resources, target, value


def test_a_schedule_starts_the_sweep() -> None:
    events = function("SweepFunction")["Events"].values()
    (schedule,) = [event["Properties"]["Schedule"] for event in events if event["Type"] == "Schedule"]
    assert target(schedule) == "SweepRate"
    assert value(schedule).startswith("rate(")


def test_a_record_is_left_alone_for_longer_than_any_function_runs() -> None:
    longest = max(function(name)["Timeout"] for name in resources("AWS::Serverless::Function"))
    assert value(function("SweepFunction")["Environment"]["Variables"]["SWEEP_AFTER_MINUTES"]) * 60 > longest


def test_the_sweep_has_time_to_end_by_itself() -> None:
    assert function("SweepFunction")["Timeout"] >= 2 * 20
