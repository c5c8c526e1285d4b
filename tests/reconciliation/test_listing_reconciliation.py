"""Reconciliation of the lists: what is wrong with them is found and nothing else is, and is right after a repair."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.library.following import follow
from bloomweaver.library.listed import Entry, Listed
from bloomweaver.library.ports import CaughtUp
from bloomweaver.library.step import entries_of
from bloomweaver.models import folder_path
from bloomweaver.models.reconciliation import Kind, Repair
from bloomweaver.models.record import Operation, Status
from bloomweaver.reconciliation import folder_counts, reconciler
from tests.library.test_following import assert_agree, record
from tests.reconciliation.reconciled_documents import NOW, World, moments_ago

UNLISTED = Kind.UNLISTED_DOCUMENTS
ORPHANS = Kind.ORPHAN_ENTRIES
COUNTS = Kind.WRONG_FOLDER_COUNTS


@pytest.fixture
def world() -> World:
    """Three documents in folders, whole."""
    world = World()
    world.add("doc", folder="/a/b", title="One")
    world.add("other", folder="/a", title="Two")
    world.add("third", title="Three")
    return world


def assert_listed(world: World) -> None:
    """That lists and numbers are those of the records."""
    assert_agree(world.listing, list(world.records.records.values()))


def snapshot(world: World) -> tuple[Any, ...]:
    """All that anybody sees of the lists."""
    listing = world.listing
    return set(listing.places), dict(listing.known), {name: number for name, number in listing.counts.items() if number}


def entries(world: World, doc_hash: str = "doc") -> set[Entry]:
    return entries_of(doc_hash, Listed.of(world.records.records[doc_hash]))


# What is found, and repaired ------------------------------------------------------------------------------------------


def lose_an_entry(world: World) -> None:
    world.listing.places.discard(min(entries(world), key=lambda entry: entry.partition))


def lose_all_of_a_document(world: World) -> None:
    world.listing.places -= entries(world)
    del world.listing.known["doc"]


def miss_a_change(world: World) -> None:
    world.change("doc", listed=False, folder="/c", title="Elsewhere")


def miss_a_deletion(world: World) -> None:
    gone = {"operation": Operation.DELETE, "status": Status.DELETED, "version": 2, "deleted_version": 2, "sources": {}}
    world.change("doc", listed=False, indexed_version=0, **gone)


def restore_the_records(world: World) -> None:
    """The documents table is as it was before the document was moved; the lists are not."""
    before = world.records.records["doc"]
    world.change("doc", folder="/c")
    world.records.records["doc"] = before


def restore_the_records_alone(world: World) -> None:
    """The lists are right, but would take no change of the record until it has as many again."""
    before = world.records.records["doc"]
    world.change("doc")
    world.records.records["doc"] = before


def die_while_listing(world: World) -> None:
    """What somebody has begun was given up; a change after it was none of the lists."""
    moved = world.records.records["doc"].model_copy(update={"revision": 2, "folder": "/c"})
    world.listing.fails_after = 3
    with pytest.raises(Exception, match="not there"):
        follow(world.listing, moved)
    world.change("doc", listed=False)
    world.change("doc", listed=False)


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lose_an_entry, "1 of its 8 entries are not there"),
        (miss_a_change, "it is listed as of revision 1, and its record is at 2"),
        (miss_a_deletion, "it is listed as of revision 1, and its record is at 2"),
        (restore_the_records, "it is listed as of revision 2, and its record is at 1"),
        (restore_the_records_alone, "it is listed as of revision 2, and its record is at 1"),
        (die_while_listing, "a change of its lists was begun and not ended"),
    ],
)
def test_a_document_that_is_not_listed_as_its_record_is(
    world: World, break_it: Callable[[World], None], reason: str
) -> None:
    break_it(world)
    before = snapshot(world)
    outcomes = world.reconcile()
    [found] = [each for each in outcomes.findings if each.kind in (UNLISTED, ORPHANS, COUNTS)]
    assert (found.kind, found.doc_hash, found.count, found.reason) == (UNLISTED, "doc", 1, reason)
    assert snapshot(world) == before

    outcomes = world.reconcile(repair=True)
    assert outcomes.repairs()[UNLISTED] is Repair.RESTORED
    assert not {ORPHANS, COUNTS} & outcomes.repairs().keys()
    assert_listed(world)
    assert world.reconcile().found() == {}
    world.change("doc", folder="/d")
    assert_listed(world)


def test_what_lists_never_had_is_not_missing_while_they_are_filled_for_the_first_time(world: World) -> None:
    world.listing.places -= entries(world)
    for holder in folder_path.holders("/a/b"):
        world.listing.counts[holder] -= 1
    del world.listing.known["doc"]
    world.listing.progress = CaughtUp(began_at="2026-01-01", cursor="so far")
    assert world.reconcile(repair=True).found() == {}
    assert "doc" not in world.listing.known

    world.listing.progress = CaughtUp(until="2026-01-02")
    assert world.reconcile(repair=True).repairs() == {UNLISTED: Repair.RESTORED}
    assert_listed(world)


def test_the_entries_that_are_missing_are_named_by_their_lists(world: World) -> None:
    world.listing.places -= entries(world)
    [found] = world.reconcile().findings
    assert found.reason == "8 of its 8 entries are not there"
    assert found.examples == sorted(entry.partition for entry in entries(world))[:5]


def test_a_document_whose_state_is_lost_is_listed_and_counted_once(world: World) -> None:
    lose_all_of_a_document(world)
    # Its folders have it still in their numbers.
    assert world.reconcile().found() == {UNLISTED: 1, COUNTS: 3}
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), outcomes.report.counts.unrepaired) == ({UNLISTED: 1, COUNTS: 3}, 0)
    assert_listed(world)


def test_entries_that_nobody_wrote_down_are_orphans(world: World) -> None:
    moved = record("doc", 1, folder="/c", title="Elsewhere")
    world.listing.places |= entries_of("doc", Listed.of(moved))
    outcomes = world.reconcile()
    assert outcomes.found() == {ORPHANS: 6}
    assert {(each.doc_hash, each.version, each.repair) for each in outcomes.findings} == {
        ("doc", None, Repair.NOT_ASKED)
    }
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), outcomes.report.counts.unrepaired) == ({ORPHANS: 6}, 0)
    assert_listed(world)
    assert world.reconcile().found() == {}


def test_an_orphan_does_not_say_what_the_document_was_called(world: World) -> None:
    world.listing.places |= entries_of("nobody", Listed.of(record("nobody", title="A secret", folder="/a")))
    shown = "".join(each.model_dump_json() for each in world.reconcile().findings)
    assert "title:below:fine:/a" in shown
    assert "secret" not in shown


def test_what_is_listed_of_a_document_without_a_record_goes_and_its_numbers_with_it(world: World) -> None:
    del world.records.records["doc"]
    for store in (world.vectors.chunks, world.backups.objects, world.sources.objects):
        store.clear()
    world.add("other", folder="/a", title="Two")
    world.add("third", title="Three")
    outcomes = world.reconcile()
    assert (outcomes.found(), outcomes.findings[0].reason) == ({ORPHANS: 8}, "there is no record of the document")
    assert world.reconcile(repair=True).report.counts.unrepaired == 0
    assert_listed(world)
    # Who comes with this name is somebody new, and begins at the first revision.
    world.add("doc", folder="/c")
    assert_listed(world)


def test_a_document_of_which_entries_are_missing_and_others_too_many_is_put_right_at_once(world: World) -> None:
    lose_an_entry(world)
    world.listing.places |= entries_of("doc", Listed.of(record("doc", 1, folder="/c")))
    world.listing.clock = lambda: NOW  # what was only repaired then is not what somebody is at
    assert world.reconcile(repair=True).found() == {UNLISTED: 1, ORPHANS: 6}
    assert_listed(world)


def test_where_there_is_no_record_at_all_nothing_is_removed(world: World) -> None:
    world.records.records.clear()
    for store in (world.vectors.chunks, world.backups.objects, world.sources.objects):
        store.clear()
    before = snapshot(world)
    outcomes = world.reconcile(repair=True)
    assert set(outcomes.found()) == {ORPHANS}
    assert {each.repair for each in outcomes.findings} == {Repair.IMPOSSIBLE}
    assert "right one" in outcomes.findings[0].reason
    assert snapshot(world) == before


def test_an_entry_that_is_of_no_document_at_all_is_removed(world: World) -> None:
    world.listing.places |= {Entry("title:below:fine:/", "no document"), Entry("notes", "of\0")}
    outcomes = world.reconcile(repair=True)
    [found] = outcomes.findings
    assert (found.kind, found.doc_hash, found.count, found.repair) == (ORPHANS, None, 2, Repair.REMOVED)
    assert_listed(world)


@pytest.mark.parametrize(
    ("folder", "number", "reason"),
    [
        ("/", 7, "its number is 7, and 3 documents are listed in and below it"),
        ("/a/b", 0, "its number is 0, and 1 documents are listed in and below it"),
        ("/a", -2, "its number is -2, and 2 documents are listed in and below it"),
        ("/gone", 2, "its number is 2, and 0 documents are listed in and below it"),
    ],
)
def test_a_folder_with_a_wrong_number(world: World, folder: str, number: int, reason: str) -> None:
    world.listing.counts[folder] = number
    before = snapshot(world)
    outcomes = world.reconcile()
    [found] = outcomes.findings
    assert (outcomes.found(), found.examples, found.reason) == ({COUNTS: 1}, [folder], reason)
    assert snapshot(world) == before

    outcomes = world.reconcile(repair=True)
    assert (outcomes.repairs(), outcomes.report.counts.unrepaired) == ({COUNTS: Repair.RESTORED}, 0)
    assert_listed(world)
    assert world.reconcile().found() == {}


def test_a_folder_whose_number_is_lost_is_found_by_what_is_in_it(world: World) -> None:
    world.listing.counts.clear()
    assert world.reconcile().found() == {COUNTS: 3}
    world.reconcile(repair=True)
    assert_listed(world)


def test_a_number_that_a_repair_changes_is_looked_at_however_it_was_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document is counted, then taken off, and the number is one too high by itself: that comes out even."""
    monkeypatch.setattr(reconciler, "IDS_PAGE", 2)
    del world.records.records["doc"]
    world.listing.counts["/a"] += 1
    assert world.reconcile(repair=True).found()[COUNTS] == 1
    assert_listed(world)


def test_what_agrees_is_clean_and_counted(world: World) -> None:
    outcomes = world.reconcile()
    counts = outcomes.report.counts
    assert (outcomes.found(), outcomes.in_motion) == ({}, 0)
    assert (counts.entries, counts.folders) == (8 + 6 + 4, 3)


def test_one_document_in_so_many_has_its_turn(world: World) -> None:
    lose_an_entry(world)
    world.listing.places |= entries_of("doc", Listed.of(record("doc", 1, folder="/c")))
    found = [world.reconcile(share=3).found() for _ in range(40)]
    assert {} in found
    assert {UNLISTED: 1, ORPHANS: 6} in found
    assert len(found) > sum(each == {} for each in found) > 0


def test_any_number_of_calls_and_pages_comes_to_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"MARKED_MAX": 1, "PAGE": 2}.items():
        monkeypatch.setattr(folder_counts, name, value)
    monkeypatch.setattr(reconciler, "IDS_PAGE", 2)
    world.listing.counts |= {"/": 9, "/a": 9, "/gone": 1}
    world.listing.places |= entries_of("nobody", Listed.of(record("nobody", folder="/a")))
    lose_an_entry(world)
    wrong = {UNLISTED: 1, ORPHANS: 6, COUNTS: 3}
    whole, small = world.reconcile(), world.reconcile(call_seconds=0)
    assert (whole.found(), small.found()) == (wrong, wrong)
    assert small.calls > 30 > whole.calls
    outcomes = world.reconcile(repair=True, call_seconds=0)
    assert (outcomes.found(), outcomes.report.counts.unrepaired) == (wrong, 0)
    assert_listed(world)


def test_of_too_many_folders_others_are_counted_each_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_counts, "FOLDERS_MAX", 8)
    for number in range(20):
        world.add(f"doc-{number}", folder=f"/many/{number}", chunks=0)
    world.listing.counts["/many/7"] = 5
    runs = [world.reconcile() for _ in range(40)]
    assert all(0 < run.report.counts.folders <= 8 for run in runs)
    assert 0 < sum(run.found() == {COUNTS: 1} for run in runs) < len(runs)


# What is in motion ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes", [{"status": Status.QUEUED, "version": 2}, {"status": Status.PROCESSING}, {"updated_at": moments_ago()}]
)
def test_a_document_that_is_changing_is_left_alone(world: World, changes: dict[str, Any]) -> None:
    lose_an_entry(world)
    world.listing.places |= entries_of("doc", Listed.of(record("doc", 1, folder="/c")))
    world.change("doc", **changes)
    before = snapshot(world)
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), snapshot(world)) == ({}, before)
    assert outcomes.in_motion >= 1


def test_a_document_that_was_listed_a_moment_ago_is_left_alone(world: World) -> None:
    lose_an_entry(world)
    world.listing.places |= entries_of("doc", Listed.of(record("doc", 1, folder="/c")))
    world.listing.known["doc"] = replace(world.listing.known["doc"], followed_at=moments_ago())
    before = snapshot(world)
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), outcomes.in_motion, snapshot(world)) == ({}, 2, before)


def test_a_document_that_changes_while_it_is_looked_at_is_left_for_the_next_time(world: World) -> None:
    lose_an_entry(world)
    world.records.before_get_many = [lambda: world.change("doc", listed=False)]
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), outcomes.in_motion) == ({}, 1)


def test_an_entry_that_is_listed_while_it_is_looked_at_is_no_orphan(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = world.records.records["doc"].model_copy(update={"revision": 2, "folder": "/c", "updated_at": NOW})
    world.listing.places |= entries_of("doc", Listed.of(moved))
    existing = world.listing.existing

    def looked_at(wanted: Iterable[Entry], *, consistent: bool) -> set[Entry]:
        # What is listed of the document was read before, and its record is read after.
        if consistent:
            world.records.records["doc"] = moved
            follow(world.listing, moved)
        return existing(wanted, consistent=consistent)

    monkeypatch.setattr(world.listing, "existing", looked_at)
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), outcomes.in_motion) == ({}, 0)
    assert_listed(world)


def test_what_changes_while_it_is_repaired_stays_as_it_became(world: World) -> None:
    """Between what was read for a repair and its last write, somebody lists something newer."""
    lose_an_entry(world)
    world.records.before_get = [lambda: world.change("doc", folder="/c"), lambda: world.change("doc", folder="/d")]
    world.reconcile(repair=True)
    assert_listed(world)
    assert world.listing.count("/d") == 1


def test_what_was_written_for_a_record_that_is_overtaken_is_removed_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.change("doc", listed=False, folder="/c")
    write, written = world.listing.write, []

    def overtaken(*, put: Iterable[Entry], delete: Iterable[Entry]) -> None:
        written.append(put)
        if len(written) == 1:
            world.change("doc", folder="/d")
        write(put=put, delete=delete)

    monkeypatch.setattr(world.listing, "write", overtaken)
    assert world.reconcile(repair=True).found() == {UNLISTED: 1}
    assert_listed(world)


@pytest.mark.parametrize("changed_folder", ["/a/b", "/a/new"])
def test_a_number_that_changes_while_it_is_counted_is_left_for_the_next_time(
    world: World, monkeypatch: pytest.MonkeyPatch, changed_folder: str
) -> None:
    world.listing.counts["/a"] += 1
    scan, scans = world.listing.scan, []

    def scanned(limit: int, cursor: str | None, *, consistent: bool) -> Any:
        page = scan(limit, cursor, consistent=consistent)
        scans.append(consistent)
        if scans.count(True) == 1 and consistent:
            world.add("new", folder=changed_folder, chunks=0)
        return page

    monkeypatch.setattr(world.listing, "scan", scanned)
    outcomes = world.reconcile(repair=True)
    assert (outcomes.found(), outcomes.in_motion) == ({}, 1)
    assert world.reconcile(repair=True).found() == {COUNTS: 1}
    assert_listed(world)


def test_a_transaction_that_shows_its_items_one_after_another_is_no_wrong_number(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of a folder, and only a moment later what is listed of the document that it counts."""
    world.listing.counts["/a"] += 1
    state, scan = world.listing.known.pop("other"), world.listing.scan

    def scanned(limit: int, cursor: str | None, *, consistent: bool) -> Any:
        page = scan(limit, cursor, consistent=consistent)
        if consistent:
            world.listing.known["other"] = state
        return page

    monkeypatch.setattr(world.listing, "scan", scanned)
    assert world.reconcile(share=10**6).found() == {COUNTS: 1}
    monkeypatch.undo()
    world.listing.counts["/a"] -= 1
    assert_listed(world)


# Any damage -----------------------------------------------------------------------------------------------------------

FOLDERS = ["/", "/a", "/a/b", "/c"]
damages = st.tuples(st.sampled_from(["entry", "state", "count", "lost count", "stray"]), st.integers(0, 50))


def damage(world: World, what: str, which: int) -> None:
    listing, folder = world.listing, FOLDERS[which % len(FOLDERS)]
    match what:
        case "entry" if listing.places:
            places = sorted(listing.places, key=lambda entry: (entry.partition, entry.sort))
            listing.places.discard(places[which % len(places)])
        case "state" if listing.known:
            del listing.known[sorted(listing.known)[which % len(listing.known)]]
        case "count":
            listing.counts[folder] = which - 20
        case "lost count":
            listing.counts.pop(folder, None)
        case "stray":
            name = ["doc-0", "nobody"][which % 2]
            listing.places |= entries_of(name, Listed.of(record(name, folder=folder, title=str(which))))


@given(st.lists(st.sampled_from(FOLDERS), min_size=1, max_size=6), st.lists(damages, max_size=8))
def test_after_any_damage_one_repair_puts_all_right(folders: list[str], done: list[tuple[str, int]]) -> None:
    world = World()
    for number, folder in enumerate(folders):
        world.add(f"doc-{number}", folder=folder, chunks=0)
    for each in done:
        damage(world, *each)
    assert world.reconcile(repair=True).report.counts.unrepaired == 0
    assert_listed(world)
    outcomes = world.reconcile()
    assert (outcomes.found(), outcomes.in_motion) == ({}, 0)
