"""What AWS measures by itself and publishes each minute, and MiniStack does not: how much waits in each queue and for
how long, and how large a fleet is.

It relies on what MiniStack of exactly the version in the requirements keeps of queues and groups.
"""

import asyncio
from typing import NoReturn

from local.emulator import queue_ages

EVERY_SECONDS = 30.0
"""Twice a minute, so that no minute is left out."""


async def publish_for_good() -> NoReturn:
    """Measure and publish until the task is cancelled."""
    while True:
        publish()
        await asyncio.sleep(EVERY_SECONDS)


def publish() -> None:
    """Measure all queues and groups, and publish that. To be called where requests are answered, since these may delete
    queues and groups."""
    _publish_queues()
    _publish_groups()


def _publish_queues() -> None:
    from ministack.services import cloudwatch, sqs

    for queue in sqs._queue_name_to_url:
        queue_ages.publish(queue)
        if (messages := queue_ages.messages_in(queue)) is not None:
            can_be_received, _, _ = messages.counts()
            cloudwatch.record_metric(
                *(queue_ages.NAMESPACE, "ApproximateNumberOfMessagesVisible", can_be_received, "Count"),
                {"QueueName": queue},
            )


def _publish_groups() -> None:
    from ministack.services import autoscaling, cloudwatch

    for name, group in autoscaling._asgs.items():
        in_service = sum(instance["LifecycleState"] == "InService" for instance in group["Instances"])
        sizes = {"GroupInServiceInstances": in_service, "GroupDesiredCapacity": group["DesiredCapacity"]}
        for metric, size in sizes.items():
            cloudwatch.record_metric("AWS/AutoScaling", metric, size, "None", {"AutoScalingGroupName": name})
