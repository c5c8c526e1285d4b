"""CREATE and UPDATE: what is called in which order, what becomes of each kind of failure, and how the run ends."""

from itertools import repeat

import pytest

from bloomweaver.errors import (
    BackupUnavailable,
    EmbeddingOverloaded,
    EmbeddingRejected,
    EmbeddingUnavailable,
    ExtractionFailed,
    FleetNeverReady,
    FleetUnavailable,
    ModelChanged,
    RecordContended,
    StorageUnavailable,
    TransientError,
    VectorIndexRejected,
    VectorIndexThrottled,
    VectorIndexUnavailable,
)
from bloomweaver.models.dead_letter import VersionArtifacts
from bloomweaver.models.record import Branch, DocumentRecord, ErrorDetail, Outcome, StaleVersion, Status
from tests.fakes import INDEX, MODEL, MemoryFleet
from tests.statemachines.expectations import (
    REMOVE,
    WRITE,
    assert_called,
    assert_dead_lettered,
    assert_failed,
    assert_succeeded,
    identity,
    letter,
)
from tests.statemachines.interpreters import Interpreter, Moto, Run
from tests.statemachines.pipeline import Pipeline, accepted
from tests.statemachines.tasks import Payload, RuntimeFailure, Script

EMBED = ("Embed", "Embed", "Embed")
ARTIFACTS = {"model": MODEL, "index": INDEX, "chunk_count": 5, "batches": [0, 1, 2], "reused": 0}
WRITTEN = {"pinecone": {"outcome": "written"}, "s3": {"outcome": "written"}}
REMOVED = {"pinecone": {"outcome": "removed"}, "s3": {"outcome": "removed"}}
WRITE_RETRIES = 8


AS_EITHER = pytest.mark.parametrize("name", ["create", "update"])
"""For the cases that everything else rests on: both definitions on both interpreters."""


@pytest.fixture
def name(interpreter: Interpreter) -> str:
    """One definition on each interpreter is enough: they have the same states, which `test_definitions` sees to."""
    return "create" if isinstance(interpreter, Moto) else "update"


def first(name: str) -> DocumentRecord:
    """A document of which nothing is served yet; a redelivered or late message runs as either operation."""
    return accepted(name.upper())


def served() -> DocumentRecord:
    """Version 2 with 4 chunks is served, version 3 is accepted."""
    return accepted("UPDATE", 3, indexed_version=2, chunk_count=4)


@AS_EITHER
def test_the_first_version_is_published(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(first(name))
    me = identity(pipeline.record)

    run = interpreter.run(name, pipeline)

    assert_succeeded(run, "Indexed")
    assert_called(run, "Claim", "Chunk", EMBED, WRITE, "Publish")
    assert run.payloads("Claim") == [{**me, "execution_arn": run.arn}]
    assert run.payloads("Chunk") == [me]
    assert sorted(run.payloads("Embed"), key=lambda p: p["batch"]) == [
        {**me, "model": MODEL, "index": INDEX, "batch": batch, "batch_count": 3, "awaited": False} for batch in range(3)
    ]
    for writer in WRITE:
        assert run.payloads(writer) == [{**me, "task": "write", "artifacts": ARTIFACTS}]
    assert run.payloads("Publish") == [{**me, "model": MODEL, "index": INDEX, "branches": WRITTEN}]
    assert (pipeline.record.status, pipeline.record.indexed_version) == (Status.INDEXED, 1)


@AS_EITHER
def test_a_new_version_is_published_and_then_the_old_one_removed(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(served())
    me = identity(pipeline.record)
    old = [{"version": 2, "index": INDEX, "chunk_count": 4, "first_backup": 0, "source": None}]

    run = interpreter.run(name, pipeline)

    assert_succeeded(run, "Indexed")
    assert_called(run, "Claim", "Chunk", EMBED, WRITE, "Publish", REMOVE, "Settle")
    for remover in REMOVE:
        assert run.payloads(remover) == [{**me, "task": "remove", "stale": old}]
    assert run.payloads("Settle") == [{**me, "stale": old, "branches": REMOVED}]
    assert (pipeline.record.status, pipeline.record.indexed_version) == (Status.INDEXED, 3)
    assert pipeline.record.stale == {}


def test_with_every_vector_reused_nothing_is_embedded(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(
        first(name), artifacts=VersionArtifacts(model=MODEL, index=INDEX, chunk_count=5, batches=[], reused=5)
    )

    run = interpreter.run(name, pipeline)

    assert_succeeded(run, "Indexed")
    assert_called(run, "Claim", "Chunk", WRITE, "Publish")
    assert run.payloads("S3Writer/write")[0]["artifacts"] == pipeline.artifacts.model_dump()


def test_the_largest_document_stays_far_below_the_limit_of_a_payload(interpreter: Interpreter, name: str) -> None:
    stale = {str(version): {INDEX: 10**6} for version in range(1, 50)}
    pipeline = Pipeline(
        accepted("UPDATE", 10**6, indexed_version=50, chunk_count=10**6, stale=stale),
        artifacts=VersionArtifacts(model=MODEL, index=INDEX, chunk_count=10**6, batches=list(range(40)), reused=10**5),
    )

    run = interpreter.run(name, pipeline)

    assert_succeeded(run, "Indexed")
    assert len(run.payloads("Embed")) == 40
    assert [len(payload["stale"]) for payload in run.payloads("Settle")] == [50]


@pytest.mark.parametrize(
    ("writer", "error"),
    [("PineconeWriter/write", VectorIndexThrottled("slow down")), ("S3Writer/write", BackupUnavailable("503"))],
)
def test_a_write_that_is_refused_for_a_while_gets_through(
    interpreter: Interpreter, name: str, writer: str, error: TransientError
) -> None:
    pipeline = Pipeline(first(name))

    run = interpreter.run(name, pipeline, {writer: [error, error]})

    assert_succeeded(run, "Indexed")
    assert [run.called().count(each) for each in WRITE] == [3 if each == writer else 1 for each in WRITE]
    assert run.payloads("Publish")[0]["branches"] == WRITTEN


def test_every_task_outlives_its_transient_errors(interpreter: Interpreter, name: str) -> None:
    storage, contended = StorageUnavailable("503"), RecordContended("lost ten races")
    lambdas_own = [
        RuntimeFailure(name, "")
        for name in ("Lambda.TooManyRequestsException", "Lambda.ServiceException", "Sandbox.Timedout")
    ]
    vectors = [VectorIndexThrottled("429"), VectorIndexUnavailable("503"), storage, *lambdas_own]
    backups = [BackupUnavailable("503"), storage, *lambdas_own]
    script: Script = {
        "Claim": [storage, contended, *lambdas_own],
        "Chunk": [storage, contended, BackupUnavailable("503"), *lambdas_own],
        "Embed": [EmbeddingOverloaded("429"), storage, *lambdas_own],
        "PineconeWriter/write": vectors,
        "S3Writer/write": backups,
        "Publish": [storage, contended, *lambdas_own],
        "PineconeWriter/remove": vectors,
        "S3Writer/remove": backups,
        "Settle": [storage, contended, *lambdas_own],
    }

    run = interpreter.run(name, Pipeline(served()), script)

    assert_succeeded(run, "Indexed")
    calls = {task: run.called().count(task) for task in script}
    assert calls == {task: len(list(errors)) + (3 if task == "Embed" else 1) for task, errors in script.items()}


def one_batch(name: str, fleet: MemoryFleet | None = None) -> Pipeline:
    """A document of one batch, and the fleet that embeds it, if that is ours."""
    artifacts = VersionArtifacts(model=MODEL, index=INDEX, chunk_count=5, batches=[0], reused=0)
    return Pipeline(first(name), artifacts=artifacts, fleet=fleet)


def embeds(run: Run) -> list[int]:
    """How often the batch was tried before the first wake, and after each one."""
    tries = "".join({"Embed": "e", "Wake": "w"}.get(called, "") for called in run.called())
    return [len(part) for part in tries.split("w")]


def test_a_fleet_that_sleeps_is_woken_at_once_and_waited_for(interpreter: Interpreter, name: str) -> None:
    pipeline = one_batch(name, MemoryFleet())

    run = interpreter.run(name, pipeline, {"Embed": [EmbeddingUnavailable("503")] * 6})

    assert_succeeded(run, "Indexed")
    assert embeds(run) == [1, 6]
    me = identity(pipeline.record)
    assert run.payloads("Wake") == [{**me, "batch": 0}]
    first, *others = run.payloads("Embed")
    batch = {**me, "model": MODEL, "index": INDEX, "batch": 0, "batch_count": 1}
    # What is noted of the waiting is to be taken back by the one that ends it.
    assert first == {**batch, "awaited": False}
    assert others == [{**batch, "awaited": True}] * 6
    assert pipeline.fleet is not None
    assert pipeline.fleet.asked == [1]


def test_each_batch_has_the_fleet_woken_and_one_instance_is_asked_for(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(first(name), fleet=MemoryFleet())

    run = interpreter.run(name, pipeline, {"Embed": [EmbeddingUnavailable("503")] * 3})

    assert_succeeded(run, "Indexed")
    assert 1 <= run.called().count("Wake") <= 3
    assert pipeline.fleet is not None
    assert pipeline.fleet.desired == 1


def test_a_fleet_that_was_put_to_sleep_again_is_woken_again(interpreter: Interpreter, name: str) -> None:
    pipeline = one_batch(name, MemoryFleet())
    fleet = pipeline.fleet
    assert fleet is not None

    def fall_asleep(_: Payload) -> None:
        fleet.desired = 0
        raise EmbeddingUnavailable("503")

    run = interpreter.run(
        name, pipeline, {"Embed": [EmbeddingUnavailable("503"), fall_asleep, *[EmbeddingUnavailable("503")] * 25]}
    )

    assert_succeeded(run, "Indexed")
    assert embeds(run) == [1, 23, 4]
    assert fleet.asked == [1, 1]


def test_a_fleet_that_never_comes_up_fails_the_run(interpreter: Interpreter, name: str) -> None:
    pipeline = one_batch(name, MemoryFleet(desired=1))

    run = interpreter.run(name, pipeline, {"Embed": repeat(EmbeddingUnavailable("answers 503"))})

    assert_failed(run, "EmbeddingUnavailable", "answers 503")
    assert embeds(run) == [1, 23, 23, 23, 23]
    assert run.called()[-1] == "RecordFailure"
    assert pipeline.record.error == ErrorDetail(type="EmbeddingUnavailable", message="answers 503")


def test_a_service_of_somebody_elses_is_waited_for_and_never_woken(interpreter: Interpreter, name: str) -> None:
    pipeline = one_batch(name)

    run = interpreter.run(name, pipeline, {"Embed": repeat(EmbeddingUnavailable("connection refused"))})

    assert_failed(run, "EmbeddingUnavailable", "connection refused")
    assert embeds(run) == [1, 23, 23]


def test_an_overload_after_the_wake_is_waited_for_too(interpreter: Interpreter, name: str) -> None:
    overloaded = [EmbeddingOverloaded("429")] * 4

    run = interpreter.run(
        name, one_batch(name, MemoryFleet()), {"Embed": [*overloaded, EmbeddingUnavailable("503"), *overloaded]}
    )

    assert_succeeded(run, "Indexed")
    assert embeds(run) == [5, 5]


def test_a_wake_outlives_its_transient_errors(interpreter: Interpreter, name: str) -> None:
    pipeline = one_batch(name, MemoryFleet())
    script: Script = {
        "Embed": [EmbeddingUnavailable("503")],
        "Wake": [FleetUnavailable("Throttling"), RuntimeFailure("Lambda.TooManyRequestsException", "")],
    }

    run = interpreter.run(name, pipeline, script)

    assert_succeeded(run, "Indexed")
    assert run.called().count("Wake") == 3


def test_a_fleet_that_is_mended_within_the_hour_is_waited_for(interpreter: Interpreter, name: str) -> None:
    fleet = MemoryFleet(broken=True)

    def mended(_: Payload) -> None:
        fleet.broken = False

    script: Script = {
        "Embed": [EmbeddingUnavailable("503")] * 2,
        "Wake": [FleetNeverReady("no image")] * 6 + [mended],
    }
    run = interpreter.run(name, one_batch(name, fleet), script)

    assert_succeeded(run, "Indexed")
    assert fleet.asked == [1]


def test_a_document_is_kept_while_no_instance_becomes_ready(interpreter: Interpreter, name: str) -> None:
    pipeline = one_batch(name, MemoryFleet(broken=True))

    run = interpreter.run(name, pipeline, {"Embed": repeat(EmbeddingUnavailable("503"))})

    assert (run.status, run.error, run.ended_in) == ("FAILED", "FleetNeverReady", "FleetNeverReady")
    assert "look at its image" in (run.cause or "")
    assert "RecordFailure" not in run.called()
    assert (pipeline.record.status, pipeline.record.error) == (Status.PROCESSING, None)
    assert run.called().count("Wake") == 7


def test_a_fleet_that_is_switched_off_fails_the_run_at_once(interpreter: Interpreter, name: str) -> None:
    pipeline = one_batch(name, MemoryFleet(maximum=0))

    run = interpreter.run(name, pipeline, {"Embed": repeat(EmbeddingUnavailable("503"))})

    assert_failed(run, "FleetSwitchedOff", "maximum of 0")
    assert_called(run, "Claim", "Chunk", "Embed", "Wake", "RecordFailure")


@AS_EITHER
def test_with_pinecone_dead_lettered_the_version_is_backed_up_but_not_served(
    interpreter: Interpreter, name: str
) -> None:
    pipeline = Pipeline(served())
    record = pipeline.record

    run = interpreter.run(name, pipeline, {"PineconeWriter/write": repeat(VectorIndexRejected("no such index"))})

    assert_dead_lettered(run, "pinecone", message="no such index")
    assert_called(run, "Claim", "Chunk", EMBED, WRITE, "Publish")
    dead = letter(run, record, "pinecone", "write", "VectorIndexRejected")
    assert "no such index" in dead.error.message
    assert dead.artifacts == pipeline.artifacts
    branches = run.payloads("Publish")[0]["branches"]
    assert branches["s3"] == {"outcome": "written"}
    assert branches["pinecone"]["outcome"] == "dead_lettered"
    assert branches["pinecone"]["error"]["Error"] == "VectorIndexRejected"
    assert (pipeline.record.status, pipeline.record.indexed_version) == (Status.PARTIAL, 2)
    assert pipeline.record.branches == {Branch.PINECONE: Outcome.DEAD_LETTERED, Branch.S3: Outcome.WRITTEN}
    assert pipeline.record.error == ErrorDetail(type="VectorIndexRejected", message="no such index")


@AS_EITHER
def test_with_s3_dead_lettered_the_version_is_served(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(first(name))
    record = pipeline.record

    run = interpreter.run(name, pipeline, {"S3Writer/write": repeat(BackupUnavailable("no answer"))})

    assert_dead_lettered(run, "s3", message="no answer")
    assert_called(
        run, "Claim", "Chunk", EMBED, ["PineconeWriter/write", *["S3Writer/write"] * (1 + WRITE_RETRIES)], "Publish"
    )
    assert letter(run, record, "s3", "write", "BackupUnavailable").artifacts == pipeline.artifacts
    assert run.payloads("Publish")[0]["branches"]["pinecone"] == {"outcome": "written"}
    assert (pipeline.record.status, pipeline.record.indexed_version) == (Status.PARTIAL, 1)


def test_with_s3_dead_lettered_what_was_served_before_is_removed_all_the_same(
    interpreter: Interpreter, name: str
) -> None:
    pipeline = Pipeline(served())

    run = interpreter.run(name, pipeline, {"S3Writer/write": repeat(KeyError("vector"))})

    assert_dead_lettered(run, "s3", message="'vector'")
    assert_called(run, "Claim", "Chunk", EMBED, WRITE, "Publish", REMOVE, "Settle")
    assert (pipeline.record.status, pipeline.record.indexed_version) == (Status.PARTIAL, 3)
    assert pipeline.record.stale == {}


def test_with_both_branches_dead_lettered_each_keeps_its_own_work(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(first(name))
    record = pipeline.record
    script: Script = {
        "PineconeWriter/write": repeat(VectorIndexThrottled("slow down")),
        "S3Writer/write": repeat(KeyError("vector")),
    }

    run = interpreter.run(name, pipeline, script)

    assert_dead_lettered(run, "pinecone", "s3", message="slow down")
    letter(run, record, "pinecone", "write", "VectorIndexThrottled")
    letter(run, record, "s3", "write", "KeyError")
    outcomes = {branch: result["outcome"] for branch, result in run.payloads("Publish")[0]["branches"].items()}
    assert outcomes == {"pinecone": "dead_lettered", "s3": "dead_lettered"}
    assert (pipeline.record.status, pipeline.record.indexed_version) == (Status.PARTIAL, 0)


@pytest.mark.parametrize("branch", ["pinecone", "s3"])
def test_a_dead_letter_that_cannot_be_sent_fails_the_run(interpreter: Interpreter, name: str, branch: str) -> None:
    pipeline = Pipeline(first(name))
    writer = {"pinecone": "PineconeWriter/write", "s3": "S3Writer/write"}[branch]

    run = interpreter.run(name, pipeline, {writer: repeat(KeyError("vector"))}, missing_queue=branch)

    assert (run.status, run.ended_in) == ("FAILED", "Failed")
    assert "queue does not exist" in (run.cause or "")
    # The other branch may be cut off, so its call may be missing.
    assert "RecordFailure" in run.called()
    assert "Publish" not in run.called()
    assert pipeline.record.status is Status.FAILED


def test_a_task_that_times_out_makes_a_dead_letter_all_the_same(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(first(name))
    record = pipeline.record

    run = interpreter.run(name, pipeline, times_out="Write/WritePinecone")

    assert (run.status, run.error) == ("FAILED", "DeadLettered")
    assert run.cause
    letter(run, record, "pinecone", "write", "States.Timeout")
    assert run.payloads("Publish")[0]["branches"]["s3"] == {"outcome": "written"}
    assert pipeline.record.error is not None
    assert pipeline.record.error.type == "States.Timeout"


def test_a_timeout_before_the_writes_is_recorded(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(first(name))

    run = interpreter.run(name, pipeline, times_out="Chunk")

    assert (run.status, run.ended_in, run.error) == ("FAILED", "WorkflowFailed", "WorkflowFailed")
    assert (run.cause or "").startswith("States.Timeout: ")
    assert "RecordFailure" in run.called()
    assert "Embed" not in run.called()
    assert (pipeline.record.status, pipeline.record.error and pipeline.record.error.type) == (
        Status.FAILED,
        "States.Timeout",
    )


@pytest.mark.parametrize(
    ("function", "error", "before"),
    [
        ("Chunk", ExtractionFailed("the PDF is encrypted"), ["Claim"]),
        ("Claim", KeyError("operation"), []),
        ("Chunk", KeyError("artifact"), ["Claim"]),
        ("Publish", KeyError("stale"), ["Claim", "Chunk", EMBED, WRITE]),
        ("Settle", KeyError("stale"), ["Claim", "Chunk", EMBED, WRITE, "Publish", REMOVE]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_that_would_come_again_is_recorded_at_once(
    interpreter: Interpreter, name: str, function: str, error: Exception, before: list[str]
) -> None:
    pipeline = Pipeline(served())

    run = interpreter.run(name, pipeline, {function: repeat(error)})

    assert_failed(run, type(error).__name__, str(error))
    assert_called(run, *before, function, "RecordFailure")
    (payload,) = run.payloads("RecordFailure")
    assert payload.pop("error").keys() == {"Error", "Cause"}
    assert payload == identity(pipeline.record)
    assert run.dead_letters == {"pinecone": [], "s3": []}


@AS_EITHER
def test_a_run_that_a_change_of_the_model_overtakes_is_cut_anew(interpreter: Interpreter, name: str) -> None:
    pipeline = one_batch(name)
    deployed = pipeline.artifacts.model_copy(update={"model": "other", "index": "second", "chunk_count": 3})

    def deploy(_: Payload) -> None:
        pipeline.artifacts = deployed
        raise ModelChanged("another model")

    run = interpreter.run(name, pipeline, {"Embed": [deploy, *[ModelChanged("another model")] * 5]})

    assert_succeeded(run, "Indexed")
    assert run.called().count("Chunk") == 2
    assert [payload["index"] for payload in run.payloads("Embed")] == [*[INDEX] * 6, "second"]
    assert run.payloads("PineconeWriter/write")[0]["artifacts"] == deployed.model_dump()
    assert (pipeline.record.status, pipeline.record.index, pipeline.record.chunk_count) == (Status.INDEXED, "second", 3)
    assert pipeline.record.stale == {}, "the place that it was noted for at first is settled"


def test_a_deployment_that_never_agrees_with_itself_fails_the_run(interpreter: Interpreter, name: str) -> None:
    run = interpreter.run(name, one_batch(name), {"Embed": repeat(ModelChanged("this deployment has another"))})

    assert_failed(run, "ModelChanged", "this deployment has another")
    assert run.called().count("Chunk") == 18
    assert run.called()[-1] == "RecordFailure"


@pytest.mark.parametrize("error", [EmbeddingRejected("the text is too long"), KeyError("embedding")])
def test_a_batch_that_cannot_be_embedded_fails_the_run(interpreter: Interpreter, name: str, error: Exception) -> None:
    pipeline = Pipeline(
        first(name), artifacts=VersionArtifacts(model=MODEL, index=INDEX, chunk_count=5, batches=[0], reused=0)
    )

    run = interpreter.run(name, pipeline, {"Embed": repeat(error)})

    assert_failed(run, type(error).__name__, str(error))
    assert_called(run, "Claim", "Chunk", "Embed", "RecordFailure")
    assert pipeline.record.status is Status.FAILED
    assert pipeline.record.error == ErrorDetail(type=type(error).__name__, message=str(error))


@pytest.mark.parametrize("error", [StorageUnavailable("503"), KeyError("error")])
def test_a_failure_that_cannot_be_recorded_fails_the_run_with_its_own_error(
    interpreter: Interpreter, name: str, error: Exception
) -> None:
    script: Script = {"Chunk": repeat(ExtractionFailed("no text")), "RecordFailure": repeat(error)}

    run = interpreter.run(name, Pipeline(first(name)), script)

    assert_failed(run, "ExtractionFailed", "no text")
    assert run.called().count("RecordFailure") == (9 if isinstance(error, TransientError) else 1)


def test_a_version_that_is_overtaken_before_it_wrote_anything_just_ends(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(served())

    run = interpreter.run(name, pipeline, {"Claim": [pipeline.overtake]})

    assert_succeeded(run, "Superseded")
    assert run.called() == ["Claim"]
    assert pipeline.record.status is Status.QUEUED


def test_a_version_that_is_overtaken_while_it_is_cut_removes_its_source(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(served().model_copy(update={"content_sha256": "digest", "sources": {"2": "before"}}))

    run = interpreter.run(name, pipeline, {"Chunk": [pipeline.overtake]})

    assert_succeeded(run, "Superseded")
    assert_called(run, "Claim", "Chunk", REMOVE, "Settle", REMOVE, "Settle")
    for remover in REMOVE:
        [place] = run.payloads(remover)[1]["stale"]
        assert (place["version"], place["chunk_count"], place["source"]) == (3, 0, "digest")
    assert (pipeline.record.sources, pipeline.record.writers) == ({"2": "before"}, {})
    assert pipeline.record.status is Status.QUEUED


@AS_EITHER
@pytest.mark.parametrize("function", ["PineconeWriter/write", "Publish"])
def test_a_version_that_is_overtaken_later_removes_what_it_wrote(
    interpreter: Interpreter, name: str, function: str
) -> None:
    pipeline = Pipeline(served())
    me = identity(pipeline.record)
    own = [{"version": 3, "index": INDEX, "chunk_count": 5}]

    run = interpreter.run(name, pipeline, {function: [pipeline.overtake]})

    assert_succeeded(run, "Superseded")
    assert_called(run, "Claim", "Chunk", EMBED, WRITE, "Publish", REMOVE, "Settle")
    for remover in REMOVE:
        assert run.payloads(remover)[0] == {**me, "task": "remove", "stale": own}
    assert run.payloads("Settle")[0] == {**me, "stale": own, "branches": REMOVED}
    assert (pipeline.record.status, pipeline.record.indexed_version) == (Status.QUEUED, 2)
    assert pipeline.record.stale == {}


def test_a_branch_that_is_overtaken_is_no_dead_letter(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(first(name))

    run = interpreter.run(name, pipeline, {"S3Writer/write": [pipeline.overtake]})

    assert_succeeded(run, "Superseded")
    assert run.payloads("Publish")[0]["branches"]["s3"] == {"outcome": "superseded"}


def test_a_superseded_version_that_cannot_be_removed_is_no_success(interpreter: Interpreter, name: str) -> None:
    pipeline = Pipeline(first(name))
    record = pipeline.record
    script: Script = {"Publish": [pipeline.overtake], "PineconeWriter/remove": repeat(VectorIndexRejected("bad key"))}

    run = interpreter.run(name, pipeline, script)

    assert_dead_lettered(run, "pinecone", message="bad key")
    dead = letter(run, record, "pinecone", "remove", "VectorIndexRejected")
    assert dead.stale == [StaleVersion(version=1, index=INDEX, chunk_count=5)]
    assert (pipeline.record.status, pipeline.record.stale) == (Status.QUEUED, {"1": {INDEX: 5}})


def test_stale_versions_are_removed_round_by_round(interpreter: Interpreter, name: str) -> None:
    record = accepted(
        "UPDATE", 9, indexed_version=8, chunk_count=4, stale={"3": {INDEX: 1}, "5": {INDEX: 2}, "6": {INDEX: 3}}
    )
    pipeline = Pipeline(record, stale_limit=2)

    run = interpreter.run(name, pipeline)

    assert_succeeded(run, "Indexed")
    assert_called(run, "Claim", "Chunk", EMBED, WRITE, "Publish", REMOVE, "Settle", REMOVE, "Settle")
    rounds = [[stale["version"] for stale in payload["stale"]] for payload in run.payloads("PineconeWriter/remove")]
    assert rounds == [[3, 5], [6, 8]]
    assert run.payloads("S3Writer/remove") == run.payloads("PineconeWriter/remove")
    assert pipeline.record.stale == {}


@pytest.mark.parametrize(("branch", "remover"), [("pinecone", "PineconeWriter/remove"), ("s3", "S3Writer/remove")])
def test_a_removal_that_fails_for_good_is_dead_lettered(
    interpreter: Interpreter, name: str, branch: str, remover: str
) -> None:
    pipeline = Pipeline(served())
    record = pipeline.record

    run = interpreter.run(name, pipeline, {remover: repeat(VectorIndexRejected("bad key"))})

    assert_dead_lettered(run, branch, message="bad key")
    assert_called(run, "Claim", "Chunk", EMBED, WRITE, "Publish", REMOVE, "Settle")
    dead = letter(run, record, branch, "remove", "VectorIndexRejected")
    assert dead.stale == [StaleVersion(version=2, index=INDEX, chunk_count=4)]
    assert (pipeline.record.status, pipeline.record.indexed_version) == (Status.PARTIAL, 3)
    assert pipeline.record.stale == {"2": {INDEX: 4}}
