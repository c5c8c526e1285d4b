"""The consistency rules under every interleaving that can be found: many operations, executions and faults at once.

Hypothesis chooses what happens next: a request, a delivery, a step of any execution, a write that lands late, a crash,
a sweep. After each, search and the records must keep what the rules promise. At the end all faults stop, and everything
must come to rest in the newest accepted state, with nothing left over.

`HYPOTHESIS_PROFILE=thorough` (`make interleavings`) looks for longer.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bloomweaver import keys
from bloomweaver.models.index_card import IndexState
from bloomweaver.models.record import ENDED, Branch, Operation, Status
from bloomweaver.models.reindexing import ReindexPhase, ReindexProgress
from bloomweaver.ports import EncodedQuery
from bloomweaver.recovery.rules import ATTEMPTS_EXHAUSTED
from bloomweaver.recovery.sweep import Found
from bloomweaver.reindexing.mover import Mover
from bloomweaver.search.request import SearchRequest
from bloomweaver.search.search import Search
from tests.fakes import INDEX, SETTINGS, MemoryStandings
from tests.interleavings.steps import Process, Task
from tests.interleavings.world import BODY_MAX_BYTES, DEPLOYMENTS, SWEEP_AFTER_SECONDS, World

DOCUMENTS = ("a", "a", "a", "b")
PASSAGES = (
    "The first passage has these eight plain words",
    "The second one has eight other plain words",
    "A third passage is here with eight words",
)
TEXTS = [(PASSAGES[0],), (PASSAGES[1],), PASSAGES[:2], PASSAGES[1:], PASSAGES]
AT_A_TIME = 4
"""Executions and messages: more are only more of the same."""
ROUNDS_TO_REST = 40
_CROSSED = "IndexUnusable"
"""The error of a run that crosses a deployment, and cannot begin again: its index is being given up."""
SELDOM = st.sampled_from([False, False, False, True])
NUMBERS = st.integers(min_value=0, max_value=7)
"""Which of several: the remainder by their number."""

settings.register_profile(
    "quick",
    max_examples=100,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=5000, stateful_step_count=120)
# Whether there is a failure at all: it is not made smaller, which takes minutes.
settings.register_profile("first-failure", settings.get_profile("thorough"), phases=[Phase.generate])


@dataclass(frozen=True)
class Accepted:
    """An operation that the record took."""

    operation: Operation
    passages: Sequence[str]


class AnyQuery:
    """Implements `QueryEncoder`: finds everything."""

    def encode_query(self, text: str) -> EncodedQuery:
        return EncodedQuery([1.0, 1.0])


class Interleavings(RuleBasedStateMachine):
    """The pipeline, its clients and its faults."""

    @initialize(attempts_max=st.sampled_from([1, 30]))
    def begin(self, attempts_max: int) -> None:
        self.world = World(attempts_max)
        self.accepted: dict[str, dict[int, Accepted]] = defaultdict(dict)
        self.newest_shown: dict[str, int] = defaultdict(int)
        self.broken: set[tuple[str, int]] = set()
        self.reindexing: dict[str, tuple[str, ReindexProgress]] = {}
        self.search = Search(
            MemoryStandings(self.world.records, self.world.epochs),
            self.world.stores(),
            lambda _: AnyQuery(),
            depth=10,
            candidates_max=1000,
        )

    # Clients -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.world.machines.running()) + len(self.world.outbox.messages) < AT_A_TIME)
    @rule(
        doc_hash=st.sampled_from(DOCUMENTS),
        passages=st.sampled_from([*TEXTS, ()]),
        message=st.sampled_from(["at once", "at once", "at once", "waits", "lost"]),
    )
    def post(self, doc_hash: str, passages: tuple[str, ...], message: str) -> None:
        """Somebody creates, updates or deletes a document; the webhook may crash between its record and its message."""
        self.world.post(doc_hash, passages, message_lost=message == "lost")
        if message == "at once" and self.world.outbox.messages:
            self.world.machines.start(self.world.outbox.messages.pop())
        record = self.world.records.get(doc_hash)
        if record is not None and record.version not in self.accepted[doc_hash]:
            self.accepted[doc_hash][record.version] = Accepted(record.operation, passages)

    # Queues ------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.world.outbox.messages)
    @rule(which=NUMBERS, lost=SELDOM, again=SELDOM)
    def deliver(self, which: int, lost: bool, again: bool) -> None:
        """A message arrives, in any order, and may come again; or it ends in its queue's DLQ."""
        message = _pick(self.world.outbox.messages, which)
        if not lost:
            self.world.machines.start(message)
        if not again:
            self.world.outbox.messages.remove(message)

    # Executions --------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.world.machines.running())
    @rule(which=NUMBERS, task=NUMBERS, steps=st.integers(min_value=1, max_value=12))
    def go_on(self, which: int, task: int, steps: int) -> None:
        """An execution does some steps, in its branches' order or another."""
        process = _pick(self.world.machines.running(), which)
        for step in range(steps):
            if process.tasks:
                self._step(process, _pick(process.tasks, task * step))

    @precondition(lambda self: self.world.machines.running())
    @rule(which=NUMBERS, landed=st.integers(min_value=0, max_value=3))
    def go_on_to_a_change(self, which: int, landed: int) -> None:
        """An execution goes on until a function of a branch is about to change something, or has begun."""
        process = _pick(self.world.machines.running(), which)
        while process.tasks and not any(task.under_way and task.function != "Chunk" for task in process.tasks):
            self._step(process, process.tasks[-1])
        for task in process.tasks:
            for change in task.under_way[:landed] if task.under_way else ():
                task.under_way.remove(change)
                change()

    @precondition(lambda self: self.world.machines.running())
    @rule(which=NUMBERS)
    def run_to_the_end(self, which: int) -> None:
        """An execution goes all its way, if nothing holds it up."""
        process = _pick(self.world.machines.running(), which)
        while process.tasks:
            self._step(process, process.tasks[0])

    @precondition(lambda self: self.world.machines.running())
    @rule(which=NUMBERS, task=NUMBERS, how=st.sampled_from(["repeat", "repeat", "fail", "abort", "abort"]))
    def mishap(self, which: int, task: int, how: str) -> None:
        """An execution or one of its tasks meets with a fault."""
        process = _pick(self.world.machines.running(), which)
        chosen = _pick(process.tasks, task)
        if how == "repeat":
            # The function does all or a part of its work, its answer is lost, and it will be invoked again.
            if chosen.under_way is None:
                self._invoke(process, chosen)
            chosen.under_way = None
        elif how == "fail":
            # For good, before the function did anything or in the midst of it.
            self.broken.add((process.given["doc_hash"], process.given["version"]))
            chosen.fail("KeyError", "a fault for good")
        else:
            # Stopped, or timed out as a whole. Functions that it invoked live on for a while.
            process.stop("ABORTED")
        self.world.machines.note_ends()

    @precondition(lambda self: self._late())
    @rule(which=NUMBERS)
    def land_late(self, which: int) -> None:
        """A function that nobody waits for any more changes the index or the backups."""
        late = _pick(self._late(), which)
        assert late.under_way
        late.under_way.pop(0)()

    # Indexes -----------------------------------------------------------------------------------------------------

    @rule(index=st.sampled_from(list(DEPLOYMENTS)))
    def deploy(self, index: str) -> None:
        """From now on functions have the settings of another index; runs that are under way cross that."""
        card = self.world.indexes.get(index)
        if card is None or card.state is IndexState.LIVE:
            self.world.deployed = index

    @rule()
    def reindex(self) -> None:
        """A step of a reindex to the index that is deployed."""
        world = self.world
        card = world.indexes.get(world.deployed)
        if card is None:
            return
        if world.deployed not in self.reindexing:
            self.reindexing[world.deployed] = (f"run-{card.revision}", ReindexProgress())
            world.indexes.put(card.changed(reindex=f"run-{card.revision}"))
        name, progress = self.reindexing[world.deployed]
        mover = Mover(
            world.mover_parts(), world.clock, index=world.deployed, at_a_time=2, call_seconds=0,
            body_max_bytes=BODY_MAX_BYTES, pause=lambda _: None,
        )  # fmt: skip
        progress = mover.go_on(name, progress)
        self._accept_what_runs_again()
        self.reindexing[world.deployed] = (name, progress)
        if progress.phase is ReindexPhase.DONE:
            del self.reindexing[world.deployed]

    @rule(doc_hash=st.sampled_from(DOCUMENTS))
    def copy_to_the_deployed_index(self, doc_hash: str) -> None:
        """A rebuild copies what is served from another index of the same model, and serves it from the deployed one."""
        record, index = self.world.records.get(doc_hash), self.world.deployed
        if record is None or not record.served_version or record.model != SETTINGS.model or record.index == index:
            return
        card, source = self.world.indexes.get(index), self.world.indexes.get(str(record.index))
        if (
            card is None
            or source is None
            or card.settings.model != SETTINGS.model
            or card.state is not IndexState.LIVE
            or index in record.stale.get(str(record.served_version), {})
        ):
            return
        if source.state is IndexState.LIVE:
            assert self.world.indexes.put(source.changed(state=IndexState.RETIRING))
        self.world.move(doc_hash, index)

    # Sources -----------------------------------------------------------------------------------------------------

    @rule()
    def requests_expire(self) -> None:
        """What is made of an operation that has ended is made of a source from now on."""
        self.world.expire_requests()

    @precondition(lambda self: self._failed())
    @rule(which=NUMBERS)
    def retry(self, which: int) -> None:
        """Somebody retries a document that failed, however old its request is."""
        self.world.retry(_pick(self._failed(), which))
        self._accept_what_runs_again()

    # Time and the sweep ------------------------------------------------------------------------------------------

    @precondition(lambda self: self._is_unsettled())
    @rule(land=st.booleans(), times=st.integers(min_value=0, max_value=2))
    def time_passes_and_the_schedule_fires(self, land: bool, times: int) -> None:
        """Some time or none passes before the sweep, and more than one sweep may come at a time."""
        for _ in range(times):
            self._time_passes(land)
            self.world.sweep()
        self.world.sweep()

    # What must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def search_shows_one_whole_version_and_never_an_older_one_again(self) -> None:
        for doc_hash, shown in self._shown().items():
            record = self.world.record(doc_hash)
            assert set(shown) <= {record.served_version}, "a version that is not served"
            accepted = self.accepted[doc_hash]
            if not record.served_version:
                continue
            version = record.served_version
            assert accepted[max(accepted)].operation is not Operation.DELETE, "a deleted document"
            deleted = [older for older, each in accepted.items() if each.operation is Operation.DELETE]
            assert version > max(deleted, default=0), "a text that was deleted"
            assert version >= self.newest_shown[doc_hash], "an older version than was shown before"
            self.newest_shown[doc_hash] = version
            assert sorted(shown.get(version, [])) == sorted(accepted[version].passages), "half a document"

    @invariant()
    def what_lies_anywhere_is_known_to_the_record(self) -> None:
        for doc_hash, places in self._lying().items():
            record = self.world.record(doc_hash)
            stale = {(int(version), index) for version, indexes in record.stale.items() for index in indexes}
            indexed = (record.indexed_version, record.index)
            known = {indexed, *stale}
            of_backups = {version for version, _ in known}
            unknown = {
                (version, index)
                for version, index in places
                if (version not in of_backups if index is None else (version, index) not in known)
            }
            assert not unknown, f"nobody knows of {unknown}"
            assert set(record.writers) <= {*record.stale, *record.sources}
            assert indexed not in stale

    @invariant()
    def what_is_served_has_its_source_and_every_source_is_known(self) -> None:
        for key in self.world.sources.objects:
            doc_hash, version, name = keys.source_place(key) or ("", 0, "")
            assert self.world.record(doc_hash).sources.get(str(version)) == name, f"nobody knows of {key}"
        for doc_hash, record in self.world.records.records.items():
            if record.served_version:
                assert record.served_source is not None
                source = keys.source_key(doc_hash, record.served_version, record.served_source)
                text = "\n\n".join(self.accepted[doc_hash][record.served_version].passages)
                assert self.world.sources.objects.get(source) == text.encode(), "served without its source"

    @invariant()
    def of_a_retired_index_no_record_knows_anything(self) -> None:
        for index, card in self.world.indexes.cards.items():
            if card.state is IndexState.RETIRED:
                assert not self.world.vectors[index].chunks
                assert not any(record.names(index) for record in self.world.records.records.values())

    # The end -----------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """All faults stop; everything comes to rest where it should."""
        if not hasattr(self, "world"):
            return
        for _ in range(ROUNDS_TO_REST):
            self._settle_down()
            self._time_passes(land=True)
            self._check()
            found = self.world.sweep()
            if not sum(found.values()) - found[Found.LEFT_OVER]:
                break
        else:
            raise AssertionError("the sweep never comes to rest")
        for doc_hash, accepted in self.accepted.items():
            if accepted:
                self._assert_at_rest(doc_hash, accepted)

    def _settle_down(self) -> None:
        while self.world.outbox.messages or self.world.machines.running():
            while self.world.outbox.messages:
                self.world.machines.start(self.world.outbox.messages.pop(0))
            for process in self.world.machines.running():
                while process.tasks:
                    self._step(process, process.tasks[-1])

    def _assert_at_rest(self, doc_hash: str, accepted: dict[int, Accepted]) -> None:
        record = self.world.record(doc_hash)
        newest = max(accepted)
        assert record.version == newest
        done = Status.DELETED if accepted[newest].operation is Operation.DELETE else Status.INDEXED
        if record.status is not done:
            assert record.status in (Status.FAILED, Status.PARTIAL)
            assert record.error is not None
            exhausted = record.error.type == ATTEMPTS_EXHAUSTED and record.attempt >= self.world.attempts_max
            assert (doc_hash, newest) in self.broken or exhausted
        given_up = record.attempt >= 2 * self.world.attempts_max and record.has_leftovers
        if given_up:
            return
        assert not record.has_leftovers
        # The work of a branch's dead letter stays until it is done again.
        kept = set(map(int, record.stale))
        assert kept <= ({newest} if record.status is Status.PARTIAL else set())
        assert all(record.needs_source(int(version)) for version in record.sources)
        if record.status is Status.INDEXED:
            assert set(record.sources) == {str(newest)}
        whole = (
            set(keys.vector_ids(doc_hash, record.served_version, record.chunk_count))
            if record.served_version
            else set()
        )
        for index, vectors in self.world.vectors.items():
            lying = {id_ for id_ in vectors.ids(doc_hash) if _version(id_) not in kept}
            assert lying == (whole if index == record.index else set())
        backed_up = {key for key in self.world.backups.objects if key.startswith(f"{doc_hash}/")}
        places = {keys.backup_key(doc_hash, record.served_version, index) for index in range(record.chunk_count)}
        backed_up = {key for key in backed_up if _version(key) not in kept}
        # A newer version may have failed since: what is served then is still the one whose backups lie in the letter.
        dead_lettered = any(
            (letter.branch, letter.doc_hash, letter.version) == (Branch.S3, doc_hash, record.served_version)
            for letter in self.world.letters
        )
        assert backed_up == places or (dead_lettered and backed_up < places)

    # Ways to go --------------------------------------------------------------------------------------------------

    def _accept_what_runs_again(self) -> None:
        """Note the versions that nobody sent, which are older ones once more."""
        for doc_hash, record in self.world.records.records.items():
            accepted = self.accepted[doc_hash]
            if record.version not in accepted:
                before = accepted[max(accepted)]
                accepted[record.version] = Accepted(record.operation, before.passages)

    def _step(self, process: Process, task: Task) -> None:
        if task.under_way:
            task.under_way.pop(0)()
        elif (task.under_way is not None or (self._invoke(process, task) and not task.under_way)) and self._try(
            process, task, lambda: task.answer() if callable(task.answer) else task.answer
        ):
            task.succeed(task.answer)
        self.world.machines.note_ends()

    def _invoke(self, process: Process, task: Task) -> bool:
        return self._try(process, task, lambda: self.world.run_function(task))

    def _try(self, process: Process, task: Task, work: Callable[[], Any]) -> bool:
        """Whether the function did what it was to; otherwise its state failed."""
        try:
            task.answer = work()
        except Exception as error:
            if type(error).__name__ not in ("Superseded", "ArtifactsInconsistent", "ModelChanged", _CROSSED):
                raise
            if type(error).__name__ == _CROSSED:
                # The deployment was another when the run began.
                self.broken.add((process.given["doc_hash"], process.given["version"]))
            task.fail(type(error).__name__, str(error))
            self.world.machines.note_ends()
            return False
        return True

    def _time_passes(self, land: bool) -> None:
        """So much that no function is alive whose execution was over before."""
        for late in self._late():
            for change in late.under_way if land and late.under_way else ():
                change()
            late.under_way = None
        self.world.clock.pass_by(SWEEP_AFTER_SECONDS + 1)

    def _is_unsettled(self) -> bool:
        records = self.world.records.records.values()
        return any(record.status not in ENDED or record.has_leftovers for record in records)

    def _failed(self) -> list[str]:
        return [name for name, record in self.world.records.records.items() if record.status is Status.FAILED]

    def _late(self) -> list[Task]:
        return [
            task for process in self.world.machines.processes.values() for task in process.abandoned if task.under_way
        ]

    def _shown(self) -> dict[str, dict[int, list[str]]]:
        shown: dict[str, dict[int, list[str]]] = {
            doc_hash: defaultdict(list) for doc_hash in self.world.records.records
        }
        for hit in self.search.run(SearchRequest(query="anything", top_k=100)).answer.results:
            shown[hit.doc_hash][hit.version].append(hit.text)
        return shown

    def _lying(self) -> dict[str, set[tuple[int, str | None]]]:
        """By document, the versions that lie in an index, or, without one, in the backups."""
        lying: dict[str, set[tuple[int, str | None]]] = {doc_hash: set() for doc_hash in self.world.records.records}
        for index, vectors in self.world.vectors.items():
            for id_ in vectors.chunks:
                lying[id_.split("#")[0]].add((_version(id_), index))
        for key in self.world.backups.objects:
            lying[key.split("/")[0]].add((_version(key), None))
        return lying

    def _check(self) -> None:
        self.search_shows_one_whole_version_and_never_an_older_one_again()
        self.what_lies_anywhere_is_known_to_the_record()
        self.what_is_served_has_its_source_and_every_source_is_known()


def _pick(several: Sequence[Any], which: int) -> Any:
    return several[which % len(several)]


def _version(place: str) -> int:
    """The version in a vector's id or a backup's key."""
    return int(place.replace("#", "/").split("/v")[1].split("-")[0])


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


# What the search found once ------------------------------------------------------------------------------------------


def _begun() -> Interleavings:
    state = Interleavings()
    state.begin(attempts_max=3)
    return state


def test_a_writer_that_is_slower_than_two_versions_and_dies_leaves_nothing_for_ever() -> None:
    state = _begun()
    state.post("a", TEXTS[2], "at once")
    state.go_on_to_a_change(which=0, landed=0)  # the first version's writers have read the record
    state.post("a", TEXTS[0], "at once")
    state.run_to_the_end(which=1)  # the second is published, and removed what was stale
    state.mishap(which=0, task=0, how="abort")
    state.land_late(which=0)
    state._check()
    state.teardown()


def test_a_deleted_version_is_removed_if_its_delete_never_ran_and_the_next_version_failed() -> None:
    state = _begun()
    state.post("a", TEXTS[0], "at once")
    state.run_to_the_end(which=0)
    state.post("a", (), "lost")
    state.post("a", TEXTS[1], "at once")
    state.mishap(which=0, task=0, how="fail")
    state.run_to_the_end(which=0)
    state.teardown()
    assert state.world.vectors[INDEX].chunks == {}
    assert state.world.backups.objects == {}


def test_a_failure_after_the_end_does_not_undo_it() -> None:
    state = _begun()
    state.post("a", TEXTS[0], "at once")
    state.run_to_the_end(which=0)
    state.post("a", (), "at once")
    process = state.world.machines.running()[0]
    while process.tasks[0].function != "Settle":
        state._step(process, process.tasks[0])
    state.mishap(which=0, task=0, how="repeat")  # the tombstone is written, and the answer lost
    state.mishap(which=0, task=0, how="fail")
    state.run_to_the_end(which=0)
    assert state.world.record("a").status is Status.DELETED
    state.teardown()


def test_a_retry_that_fails_keeps_what_the_first_one_is_made_of() -> None:
    state = _begun()
    state.post("a", TEXTS[0], "at once")
    process = state.world.machines.running()[0]
    while process.tasks[0].function != "Embed":
        state._step(process, process.tasks[0])
    state.mishap(which=0, task=0, how="fail")
    state.run_to_the_end(which=0)
    state.requests_expire()
    state.retry(which=0)
    state.deliver(which=0, lost=False, again=False)
    state.mishap(which=0, task=0, how="fail")  # its claim, so that it has no source of its own
    state.run_to_the_end(which=0)
    for _ in range(3):
        state.time_passes_and_the_schedule_fires(land=True, times=1)
        state._settle_down()
    assert not state.world.record("a").has_leftovers
    state.retry(which=0)
    state.teardown()
    assert state.world.record("a").status is Status.INDEXED
