"""Counts what answers take: for their owners' limits, and for figures of now."""

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.chats.allowance import count_tokens
from bloomweaver.chats.message import Message, Used
from bloomweaver.chats.ports import UsageTable
from bloomweaver.metrics import own
from wiring.observability import metrics


class AnswerMeter:
    """Implements `Meter`."""

    def __init__(self, table: UsageTable) -> None:
        self._table = table

    def count(self, message: Message, used: Used) -> None:
        """See `Meter`."""
        if count_tokens(self._table, message, used):
            metrics.add_metric(own.ANSWER_TOKENS_READ, MetricUnit.Count, used.tokens_in)
            metrics.add_metric(own.ANSWER_TOKENS_WRITTEN, MetricUnit.Count, used.tokens_out)
