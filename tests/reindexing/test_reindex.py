"""A reindex moves every document that can be moved, a few at a time, and retires what is left behind."""

from collections.abc import Callable
from typing import Any

import pytest

from bloomweaver import keys
from bloomweaver.errors import IndexUnusable, RecordContended, ReindexOvertaken, ReindexUnderWay
from bloomweaver.indexes.cards import admit
from bloomweaver.indexes.filling import LATE_SECONDS
from bloomweaver.models.index_card import IndexCard, IndexState
from bloomweaver.models.record import Branch, Outcome, Status
from bloomweaver.models.reindexing import Left, ReindexPhase, ReindexProgress, ReindexReport
from bloomweaver.ports import Run
from bloomweaver.progress.notes import Step
from bloomweaver.progress.progress import ProgressUnit
from bloomweaver.reindexing import census, mover
from bloomweaver.reindexing.mover import Mover
from bloomweaver.reindexing.starting import start
from tests.fakes import INDEX, SETTINGS, CountingEmbedder, MemoryIndexes, MemoryVectors, memory_stores
from tests.interleavings import world as world_module
from tests.interleavings.world import BODY_MAX_BYTES, DEPLOYMENTS, World

NEW = "other-model"
TEXTS = ("The first passage has these eight plain words", "The second one has eight other plain words")
AT_A_TIME = 3


class Reindexed(World):
    """A world in which documents were indexed, and another model is deployed since."""

    def __init__(self, documents: int = 8) -> None:
        super().__init__(attempts_max=3)
        self.most_under_way = 0
        self.said: list[Step] = []
        """How far the reindex was, each time it said so."""
        self.calls = 0
        for number in range(documents):
            self.post(f"doc-{number}", TEXTS, message_lost=False)
        self.work()
        self.deployed = NEW

    def work(self) -> None:
        """Everything that is queued goes all its way."""
        while self.outbox.messages:
            self.machines.start(self.outbox.messages.pop(0))
        for process in self.machines.running():
            while process.tasks:
                task = process.tasks[0]
                if task.under_way:
                    task.under_way.pop(0)()
                elif task.under_way is not None or self._invoke(task):
                    task.succeed(task.answer() if callable(task.answer) else task.answer)

    def _invoke(self, task: Any) -> bool:
        task.answer = self.run_function(task)
        return not task.under_way

    def pause(self, _: float) -> None:
        self.most_under_way = max(self.most_under_way, len(self.outbox.messages))
        self.work()

    def reindex(self, name: str = "run-1", call_seconds: float = 1e9, each: Callable[[], None] = lambda: None) -> Any:
        """Reindex to the deployed index from beginning to end. Returns the report."""
        admit(self.indexes, self.deployed, DEPLOYMENTS[self.deployed], self.clock)
        assert self.indexes.put(self.indexes.cards[self.deployed].changed(reindex=name))
        progress = ReindexProgress()
        while progress.phase is not ReindexPhase.DONE:
            progress = self.mover(call_seconds, self.pause).go_on(
                name, ReindexProgress.model_validate_json(progress.model_dump_json())
            )
            self.calls += 1
            each()
        return ReindexReport.model_validate_json(self.objects.get(keys.reindex_report_key(name)))

    def mover(self, call_seconds: float, pause: Callable[[float], None]) -> Mover:
        return Mover(
            self.mover_parts(), self.clock, index=self.deployed, at_a_time=AT_A_TIME, call_seconds=call_seconds,
            body_max_bytes=BODY_MAX_BYTES, say=self.said.append, pause=pause,
        )  # fmt: skip

    def indexes_of_documents(self) -> set[str | None]:
        return {record.index for record in self.records.records.values()}


def test_every_document_moves_and_the_old_index_is_left_empty_and_retired() -> None:
    world = Reindexed()
    report = world.reindex()
    assert (report.counts.moved, report.counts.served_here, report.counts.documents, report.counts.unmoved) == (
        8, 8, 8, 0,
    )  # fmt: skip
    assert (report.done, report.retired, report.still_named, report.counts.from_backups) == (True, [INDEX], [], 0)
    assert world.indexes_of_documents() == {NEW}
    assert {record.model for record in world.records.records.values()} == {"other"}
    assert world.vectors[INDEX].chunks == {}
    assert len(world.vectors[NEW].chunks) == len(world.backups.objects) == 8 * len(TEXTS)
    assert world.indexes.cards[INDEX].state is IndexState.RETIRED
    assert 0 < world.most_under_way <= AT_A_TIME


def test_documents_of_before_get_their_keywords_without_a_gap_and_without_embedding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    embedder = CountingEmbedder()
    monkeypatch.setattr(world_module, "CountingEmbedder", lambda: embedder)
    monkeypatch.setitem(DEPLOYMENTS, INDEX, SETTINGS.model_copy(update={"analyser_version": 0}))
    monkeypatch.setitem(DEPLOYMENTS, NEW, SETTINGS)
    world = Reindexed()
    assert len(embedder.texts) == 8 * len(TEXTS)
    assert {chunk.keywords for chunk in world.vectors[INDEX].chunks.values()} == {""}
    embedder.texts.clear()

    def work_and_look() -> None:
        world.work()
        for record in world.records.records.values():
            ids = keys.vector_ids(record.doc_hash, record.served_version, len(TEXTS))
            assert set(ids) <= world.vectors[str(record.index)].chunks.keys()

    report = world.reindex(call_seconds=0, each=work_and_look)
    assert (report.counts.moved, report.retired, world.indexes_of_documents()) == (8, [INDEX], {NEW})
    assert embedder.texts == []
    for chunk in world.vectors[NEW].chunks.values():
        assert {"passage", "words"} & set(chunk.keywords.split())


def test_each_call_goes_on_where_the_one_before_ended() -> None:
    world = Reindexed()
    report = world.reindex(call_seconds=0, each=world.work)
    assert world.calls > 4
    assert (report.counts.moved, report.retired, world.indexes_of_documents()) == (8, [INDEX], {NEW})


def test_repeating_it_changes_nothing() -> None:
    world = Reindexed(documents=2)
    world.reindex()
    before = dict(world.records.records)
    report = world.reindex("run-2")
    assert (report.counts.moved, report.counts.served_here, world.records.records) == (0, 2, before)


def test_a_document_is_cut_anew_from_its_source_however_old_its_request_is() -> None:
    world = Reindexed(documents=2)
    world.expire_requests()
    # Were the backups taken, this would show.
    world.backups.objects.clear()
    report = world.reindex()
    assert (report.counts.moved, report.counts.from_backups, report.retired) == (2, 0, [INDEX])
    texts = [chunk.text for chunk in world.vectors[NEW].chunks.values() if chunk.doc_hash == "doc-0"]
    assert texts == list(TEXTS)
    assert list(world.sources.objects.values()) == ["\n\n".join(TEXTS).encode()] * 2
    assert {keys.source_place(key).version for key in world.sources.objects} == {2}  # type: ignore[union-attr]


def test_a_document_of_before_with_its_request_gets_its_content_as_its_source() -> None:
    world = Reindexed(documents=1)
    world.make_old("doc-0")
    report = world.reindex()
    assert (report.counts.moved, report.counts.from_backups) == (1, 0)
    assert list(world.sources.objects.values()) == ["\n\n".join(TEXTS).encode()]


def test_a_document_of_before_without_its_request_moves_with_the_passages_of_its_backups_and_keeps_them() -> None:
    world = Reindexed(documents=2)
    world.make_old("doc-0")
    world.expire_requests()
    report = world.reindex()
    assert (report.counts.moved, report.counts.from_backups, report.retired) == (2, 1, [INDEX])
    texts = [chunk.text for chunk in world.vectors[NEW].chunks.values() if chunk.doc_hash == "doc-0"]
    assert texts == list(TEXTS)
    record = world.record("doc-0")
    assert keys.holds_passages(str(record.served_source))
    assert set(record.sources) == {str(record.version)}
    # The next time they are its source, whatever became of the backups.
    world.backups.objects.clear()
    world.deployed = INDEX
    world.indexes.cards.pop(INDEX)
    assert world.reindex("run-2").counts.from_backups == 1
    assert world.record("doc-0").served_source == record.served_source


def test_what_cannot_be_moved_is_named_and_stays_served_where_it_is() -> None:
    world = Reindexed(documents=4)
    world.make_old("doc-0")
    del world.objects.objects[str(world.record("doc-0").artifact)]
    del world.backups.objects[keys.backup_key("doc-0", 1, 1)]
    changes = {
        "doc-1": {"status": Status.FAILED, "version": 2},
        "doc-2": {"status": Status.PARTIAL, "branches": {Branch.S3: Outcome.DEAD_LETTERED}},
    }
    for doc_hash, change in changes.items():
        world.records.records[doc_hash] = world.record(doc_hash).model_copy(update=change)
    before = {doc_hash: world.record(doc_hash) for doc_hash in ("doc-0", "doc-1", "doc-2")}
    report = world.reindex()
    left = {reason: (kind.count, kind.examples) for reason, kind in report.counts.left.items()}
    assert left == {
        Left.NO_CONTENT: (1, ["doc-0"]), Left.FAILED: (1, ["doc-1"]), Left.PARTIAL: (1, ["doc-2"]),
    }  # fmt: skip
    assert (report.counts.moved, report.retired, report.still_named) == (1, [], [INDEX])
    assert {doc_hash: world.record(doc_hash) for doc_hash in before} == before
    assert world.indexes.cards[INDEX].state is IndexState.LIVE


def test_a_document_that_clients_change_meanwhile_ends_in_the_new_index_with_their_text() -> None:
    world = Reindexed()
    begun: list[str] = []

    def change() -> None:
        if not begun:
            begun.append("doc-5")
            world.post("doc-5", TEXTS[:1], message_lost=False)
            world.post("doc-6", (), message_lost=False)
        world.work()

    report = world.reindex(call_seconds=0, each=change)
    assert (report.done, report.retired, world.record("doc-5").index) == (True, [INDEX], NEW)
    assert [chunk.text for chunk in world.vectors[NEW].chunks.values() if chunk.doc_hash == "doc-5"] == [TEXTS[0]]
    assert world.record("doc-6").status is Status.DELETED


def test_a_run_that_registered_before_the_old_index_was_retiring_keeps_it_alive() -> None:
    world = Reindexed(documents=1)
    world.reindex()
    # As if a slow run of the old deployment had registered between the two looks.
    world.indexes.cards[INDEX] = world.indexes.cards[INDEX].model_copy(update={"state": IndexState.RETIRING})
    record = world.record("doc-0")
    late = {"version": 3, "status": Status.FAILED, "stale": {"3": {INDEX: 1}}}
    world.records.records["doc-0"] = record.model_copy(update=late)
    report = world.reindex("run-2")
    assert (report.retired, report.still_named) == ([], [INDEX])
    assert world.indexes.cards[INDEX].state is IndexState.RETIRING


def test_an_index_that_began_to_retire_in_the_middle_of_a_look_is_looked_for_once_more() -> None:
    world = Reindexed(documents=1)
    world.reindex()
    world.indexes.cards[INDEX] = world.indexes.cards[INDEX].model_copy(update={"state": IndexState.RETIRING})
    looked = ReindexProgress(scanned=True, patience=1)
    again = world.mover(0, world.pause).go_on("run-1", looked)
    assert (again.phase, again.scanned, again.retiring) == (ReindexPhase.MOVING, False, [INDEX])
    assert world.indexes.cards[INDEX].state is IndexState.RETIRING
    done = world.mover(1e9, world.pause).go_on("run-1", again)
    assert (done.phase, done.retired, world.indexes.cards[INDEX].state) == (
        ReindexPhase.DONE, [INDEX], IndexState.RETIRED,
    )  # fmt: skip


def test_an_index_that_a_rebuild_fills_is_not_retired() -> None:
    world = Reindexed(documents=1)
    assert world.indexes.put(world.indexes.cards[INDEX].changed(rebuild="rebuild-1"))
    world.rebuilds.runs["rebuild-1"] = "running"
    assert world.reindex().retired == []
    assert world.indexes.cards[INDEX].state is IndexState.LIVE


@pytest.mark.parametrize("status", ["failed", "timed_out", "aborted", None])
def test_a_rebuild_that_died_does_not_keep_its_index_from_being_retired(status: str | None) -> None:
    world = Reindexed(documents=1)
    assert world.indexes.put(world.indexes.cards[INDEX].changed(rebuild="rebuild-1"))
    if status is not None:
        world.rebuilds.runs["rebuild-1"] = status
        world.rebuilds.stopped_at["rebuild-1"] = world.clock()
        assert world.reindex("too-early").retired == [], "a function of it may still serve documents from there"
        world.clock.pass_by(LATE_SECONDS)
    assert world.reindex().retired == [INDEX]
    retired = world.indexes.cards[INDEX]
    assert (retired.state, retired.rebuild) == (IndexState.RETIRED, None)


def test_one_that_another_has_overtaken_goes_no_further() -> None:
    world = Reindexed(documents=1)
    world.reindex()
    with pytest.raises(ReindexOvertaken, match="run-1"):
        world.mover(0, world.pause).go_on("run-0", ReindexProgress())


class Runs:
    """Implements `Reindexes`."""

    def __init__(self) -> None:
        self.runs: dict[str, str] = {}

    def start(self, name: str) -> Run:
        self.runs[name] = "running"
        return Run(name, "arn", "running")

    def find(self, name: str) -> Run | None:
        return Run(name, "arn", self.runs[name]) if name in self.runs else None


def begin(indexes: MemoryIndexes, runs: Runs, name: str, **settings: Any) -> Run:
    chosen = SETTINGS.model_copy(update=settings)
    return start(
        indexes, memory_stores(MemoryVectors(), indexes), runs, lambda: "now", name=name, index=INDEX, settings=chosen
    )


def test_one_reindex_runs_at_a_time_and_the_second_names_the_first() -> None:
    indexes, runs = MemoryIndexes(), Runs()
    begin(indexes, runs, "first")
    with pytest.raises(ReindexUnderWay, match="first"):
        begin(indexes, runs, "second")
    runs.runs["first"] = "aborted"
    assert begin(indexes, runs, "third").status == "running"
    assert indexes.cards[INDEX].reindex == "third"


def test_of_two_that_start_at_the_same_time_one_is_told_to_try_again() -> None:
    indexes, runs = MemoryIndexes(), Runs()
    begin(indexes, runs, "first")
    del runs.runs["first"]  # its execution is not known yet
    put = indexes.put

    def slower(card: IndexCard) -> bool:
        put(indexes.cards[INDEX].changed())
        return put(card)

    indexes.put = slower  # type: ignore[method-assign]
    with pytest.raises(RecordContended):
        begin(indexes, runs, "second")
    assert runs.runs == {}


def test_a_reindex_to_an_index_of_other_settings_is_refused() -> None:
    indexes, runs = MemoryIndexes(), Runs()
    begin(indexes, runs, "first")
    with pytest.raises(IndexUnusable, match="VectorIndexName"):
        begin(indexes, runs, "second", chunk_max_tokens=16)


def test_it_says_how_many_of_those_that_are_to_move_have_moved() -> None:
    world = Reindexed()
    report = world.reindex(call_seconds=0.0, each=world.work)
    assert report.counts.to_move == 8
    assert {(step.unit, step.of) for step in world.said} == {(ProgressUnit.DOCUMENTS, 8)}
    done = [step.done or 0 for step in world.said]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 8)


def test_where_they_are_too_many_to_count_it_says_how_many_have_moved_and_not_of_how_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(census, "RECORDS_PAGE", 2)
    monkeypatch.setattr(mover, "CENSUS_SECONDS", 0.0)
    world = Reindexed()
    report = world.reindex()
    assert (report.counts.to_move, report.counts.moved) == (None, 8)
    assert {step.of for step in world.said} == {None}
