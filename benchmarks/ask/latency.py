"""How long an answer takes on one machine, from the question on: two stacks, one after the other, in one place."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.ask.results import Latencies
from benchmarks.ask.stub_model import stub_model
from benchmarks.corpus import CorpusDocument
from benchmarks.errors import RunError
from benchmarks.measurements import ingest
from benchmarks.running import open_api
from bloomweaver.chats.message import MessageStatus
from cli.client import Api
from local import stack
from local.config import StackConfig

QUESTIONS = 25
WARM_UP = 3
"""Questions that are asked before the clock counts: the functions are there then, as they are after the first one."""
ANSWER_SECONDS = 60.0
PAUSE_SECONDS = 0.02
_UNLIMITED = {"QuestionsPerMinute": "0", "TokensPerDay": "0"}


@dataclass(frozen=True)
class Timed:
    """When a question was asked, and when the first of its answer could be read, in seconds of `time.monotonic`."""

    asked: float
    read: float


def measure(
    corpus: Sequence[CorpusDocument], questions: Sequence[str], folder: Path, report: Callable[[str], None]
) -> Latencies:
    """Load the corpus into a stack in `folder`, and ask, first `extractive`, then a model that answers at once: as many
    as are needed of the questions that have an answer.

    Raises `RunError`, `ApiError` and `StackError`.
    """
    config = StackConfig(folder, aws_port=0, embedding_port=0, parameters=_UNLIMITED)
    answered = _on_stack(config, lambda api: _answered(api, questions), corpus, report)
    asked, quoted = list(answered), list(answered.values())
    with stub_model() as model:
        parameters = {**_UNLIMITED, "Generator": "openai", "GeneratorUrl": model.url, "GeneratorModel": "stub"}
        written = list(
            _on_stack(replace(config, parameters=parameters), lambda api: _answered(api, asked), (), report).values()
        )
    times = list(zip(written, model.asked, model.answered, strict=True))
    return Latencies(
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        questions=len(quoted) - WARM_UP,
        first_quote=round(median(each.read - each.asked for each in quoted[WARM_UP:]), 3),
        before_model=round(median(to_model - each.asked for each, to_model, _ in times[WARM_UP:]), 3),
        after_token=round(median(each.read - token for each, _, token in times[WARM_UP:]), 3),
    )


def _on_stack(
    config: StackConfig,
    work: Callable[[Api], dict[str, Timed]],
    corpus: Sequence[CorpusDocument],
    report: Callable[[str], None],
) -> dict[str, Timed]:
    descriptor = stack.up(config, report)
    try:
        with open_api(descriptor) as api:
            if corpus:
                ingest(api, corpus)
            return work(api)
    finally:
        stack.down(config, report)


def _answered(api: Api, questions: Sequence[str]) -> dict[str, Timed]:
    """As many of the questions as are needed, those that have no answer left out."""
    found: dict[str, Timed] = {}
    for question in questions:
        timed = _timed(api, question)
        if timed is not None:
            found[question] = timed
        if len(found) == WARM_UP + QUESTIONS:
            return found
    raise RunError(f"only {len(found)} of {len(questions)} questions have an answer")


def _timed(api: Api, question: str) -> Timed | None:
    """Ask in a chat of its own, and look until there is something to be read. None if the documents do not say."""
    chat = api.open_chat().chat_id
    asked = time.monotonic()
    id_ = api.ask(chat, question).message_id
    while time.monotonic() < asked + ANSWER_SECONDS:
        message = api.chat_message(chat, id_)
        read = time.monotonic()
        if message.text:
            while message.status is MessageStatus.RUNNING and time.monotonic() < asked + ANSWER_SECONDS:
                message = api.chat_message(chat, id_)
        # That they do not say is a text too.
        if message.status is MessageStatus.NO_ANSWER:
            return None
        if message.status is MessageStatus.COMPLETE:
            return Timed(asked, read)
        if message.status is not MessageStatus.RUNNING:
            raise RunError(f"the answer to {question!r} is {message.status}: {message.error}")
        time.sleep(PAUSE_SECONDS)
    raise RunError(f"there was no answer to {question!r} in {ANSWER_SECONDS:.0f} s")
