"""Alarms on a math expression, which MiniStack's CloudFormation does not take.

`install` has it keep them as it keeps every alarm. None of them is ever evaluated: without a metric of its own,
MiniStack leaves an alarm as it is. It relies on functions of exactly the version in the requirements.
"""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def install() -> None:
    """Have MiniStack deploy alarms with `Metrics`."""
    from ministack.services.cloudformation import provisioners

    record: Callable[[str, Json], Json] = provisioners._cw_metric_alarm_record

    def record_any(name: str, properties: Json) -> Json:
        if not (metrics := properties.get("Metrics")):
            return record(name, properties)
        plain = {key: value for key, value in properties.items() if key != "Metrics"}
        alarm = record(name, {**plain, "MetricName": "math", "Namespace": "math"})
        return {**alarm, "MetricName": "", "Namespace": "", "Metrics": metrics}

    provisioners._cw_metric_alarm_record = record_any
