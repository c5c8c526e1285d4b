"""One fault run: start, send while things fail, recover, check."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bloomweaver.models.message import OperationMessage
from faults.answers import Answers
from faults.asked_documents import AskedDocuments
from faults.asker import Asker
from faults.chat_model import ChatModel
from faults.checks import FinalChecks
from faults.findings import Findings, Violation
from faults.injectors import Injectors
from faults.journal import Journal
from faults.model import Model
from faults.recovery import Recovered, Recovery, failed_attempts
from faults.schedule import draw_schedule
from faults.searcher import Searcher
from faults.sender import Sender, Sent
from faults.shelves import Shelves
from faults.singled_out import SingledOut
from faults.size import RunSize
from faults.stand import Stand
from faults.synced_folder import SyncedFolder
from faults.watchers import Watched, Watchers
from faults.workload import draw_workload
from local.config import VectorStoreName

HISTORIES_SHOWN = 3
WATCHED_DOCUMENTS = 5
LATE_SECONDS = 45.0
"""How much later than drawn the last operation may be sent. What is not answered by then is given up."""


@dataclass(frozen=True)
class Outcome:
    """What a run did and found. Times are in seconds."""

    seed: int
    vector_store: str
    documents: int
    deliveries: int
    sent: Sent
    message_copies: int
    answered_searches: int
    unanswered_searches: int
    hits: int
    questions: int
    """That were accepted."""
    endings: dict[str, int]
    """How many answers ended so."""
    reads_of_answers: int
    moves: int
    """Of folders, that came to their end."""
    deletes: int
    """The same."""
    syncs: int
    """Of a folder on disk, that came through."""
    watched: Watched
    faults: dict[str, int]
    failed_attempts: int
    recovered: Recovered
    violations: list[Violation]
    histories: dict[str, list[str]]
    """What happened to the documents of the first violations."""
    start_seconds: float
    singled_out_seconds: float
    sending_seconds: float
    total_seconds: float


def run(
    directory: Path, size: RunSize, seed: int, vector_store: VectorStoreName, report: Callable[[str], None]
) -> Outcome:
    """Run once with a stack in `directory`, which has to be empty. Raises `StackError` if it does not start."""
    workload = draw_workload(size, seed)
    schedule = draw_schedule(size, seed, with_index=vector_store == "pinecone")
    journal = Journal(directory / "logs" / "journal.jsonl")
    findings = Findings(journal)
    began = time.monotonic()
    with (
        ChatModel(seed) as writer,
        Stand(
            directory,
            vector_store,
            seed=seed,
            sweep_after_seconds=size.sweep_after_seconds,
            generator_url=writer.url,
            report=report,
        ) as stand,
        ExitStack() as ending,
    ):
        start_seconds = time.monotonic() - began
        synced = SyncedFolder(stand, findings, journal, directory, seed, size)
        model = Model(findings, leaves_out=synced.name)
        queues = {name: stand.outputs[f"{name.capitalize()}QueueUrl"] for name in ("CREATE", "UPDATE", "DELETE")}
        sqs = stand.client("sqs")

        def send_message(message: OperationMessage) -> None:
            sqs.send_message(QueueUrl=queues[message.operation], MessageBody=message.model_dump_json())

        sender = Sender(stand.connect, model, journal, send_message)
        singled_out = SingledOut(stand, sender, findings, seed)
        shelves = Shelves(stand, sender, model, findings, journal, seed, size)
        answers = Answers(stand, model, findings)
        asker = Asker(stand.connect, model, answers, writer, seed, size.questions_per_second)
        asked_documents = AskedDocuments(stand, sender, asker, findings, seed)
        beside = singled_out.documents + asked_documents.documents if size.singled_out else ()
        documents = workload.documents + shelves.documents + beside
        searcher = Searcher(stand.connect, model, documents, seed, size.searches_per_second)
        watchers = Watchers(stand, findings, journal, workload.documents[:WATCHED_DOCUMENTS], seed)
        ending.callback(watchers.stop)
        watchers.start()
        searcher.start(size.searchers)
        if size.singled_out:
            asked_documents.run()
            singled_out.run(searcher)
        writer.may_fail(True)
        asker.start(size.askers)
        started = time.monotonic()
        singled_out_seconds = started - began - start_seconds
        latest = started + size.seconds + size.calm_seconds + LATE_SECONDS
        injectors = Injectors(stand, schedule, seed, journal, latest)
        injectors.start(started)
        try:
            deadline = started + size.seconds + size.calm_seconds + LATE_SECONDS
            shelves.start(deadline)
            synced.start()
            sender.run(workload.deliveries, size.senders, started, deadline)
            injectors.join()
        finally:
            shelves.stop()
            synced.stop()
            injectors.stop()  # before the stack is: they start parts of it
        sending_seconds = time.monotonic() - started
        report(f"sending and faults are over after {sending_seconds:.0f} s")
        writer.may_fail(False)
        asker.stop()
        recovered = Recovery(stand, model, report).run(size.recovery_seconds)
        report(f"recovered in {recovered.seconds:.0f} s")
        shelves.finish()
        kept_in_step = synced.finish()
        asker.finish()
        Recovery(stand, model, report).run(size.recovery_seconds)
        searcher.stop()
        watched = watchers.finish()
        FinalChecks(stand, model, findings, searcher).run(documents, kept_in_step, report)
        report(f"checked {answers.check_kept()} answers as they are kept")
        return Outcome(
            seed=seed,
            vector_store=vector_store,
            documents=len(documents),
            deliveries=sender.sent.answers.total(),
            sent=sender.sent,
            message_copies=sum(delivery.message_copies for delivery in workload.deliveries),
            answered_searches=searcher.answered,
            unanswered_searches=searcher.unanswered,
            hits=searcher.hits,
            questions=asker.asked,
            endings={status.value: count for status, count in sorted(asker.endings.items())},
            reads_of_answers=asker.reads,
            moves=shelves.moves,
            deletes=shelves.deletes,
            syncs=synced.syncs,
            watched=watched,
            faults=injectors.counts() | singled_out.counts() | writer.counts(),
            failed_attempts=failed_attempts(stand),
            recovered=recovered,
            violations=findings.all(),
            histories={one.doc_hash: journal.of_document(one.doc_hash) for one in findings.all()[:HISTORIES_SHOWN]},
            start_seconds=start_seconds,
            singled_out_seconds=singled_out_seconds,
            sending_seconds=sending_seconds,
            total_seconds=time.monotonic() - began,
        )
