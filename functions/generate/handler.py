"""The Generate state of an answer: it is written, and each second what there is of it."""

from dataclasses import asdict
from functools import cache
from typing import Any

from bloomweaver.answering.generation import Generation
from bloomweaver.answering.limits import limits_of
from bloomweaver.answering.prices import TokenPrices
from bloomweaver.answering.prompting import Prompting
from bloomweaver.answering.reading import Reading
from bloomweaver.answering.served import ServedPassages
from bloomweaver.chats.ports import AnswerTask
from bloomweaver.clock import now
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.answer_metrics import AnswerMeter
from wiring.observability import task_handler


@cache
def _generation() -> Generation:
    passages = ServedPassages(dependencies.standings(), dependencies.index_stores())
    reading = Reading(passages, now)
    limits = limits_of(settings().generator, settings().generator_context_tokens)
    return Generation(
        dependencies.chats(),
        Prompting(dependencies.chats(), passages, reading, limits),
        dependencies.generator(),
        AnswerMeter(dependencies.usage()),
        dependencies.answer_listeners(lambda message: reading.shown([message])[0].text),
        now,
        seconds=settings().answer_seconds,
        prices=TokenPrices.parse(settings().generator_prices),
    )


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    return asdict(_generation().run(AnswerTask.model_validate(event)))
