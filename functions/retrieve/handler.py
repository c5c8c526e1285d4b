"""The Retrieve state of an answer: which passages it is made from."""

from dataclasses import asdict
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bloomweaver.answering.limits import limits_of
from bloomweaver.answering.reading import Reading
from bloomweaver.answering.retrieval import Retrieval
from bloomweaver.answering.served import ServedPassages
from bloomweaver.chats.ports import AnswerTask
from bloomweaver.clock import now
from bloomweaver.search.search import Search
from bloomweaver.settings import settings
from wiring import dependencies
from wiring.observability import metrics, task_handler


@cache
def _retrieval() -> Retrieval:
    standings, stores = dependencies.standings(), dependencies.index_stores()
    search = Search(
        standings,
        stores,
        dependencies.encoder,
        depth=settings().search_depth,
        candidates_max=settings().search_candidates_max,
        reranking=dependencies.reranking(),
        cache=dependencies.search_cache(),
    )
    reading = Reading(ServedPassages(standings, stores), now)
    return Retrieval(
        dependencies.chats(), search, reading, limits_of(settings().generator, settings().generator_context_tokens), now
    )


@task_handler
def handler(event: dict[str, Any]) -> dict[str, Any]:
    """The Lambda entry point."""
    retrieved = _retrieval().run(AnswerTask.model_validate(event))
    metrics.add_metric("StaleHitsDropped", MetricUnit.Count, retrieved.dropped)
    return asdict(retrieved)
