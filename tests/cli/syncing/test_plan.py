"""Once a plan is carried out, the documents are the files; and what cannot be known is left alone."""

from dataclasses import replace
from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from cli.sources import CONTENT_TYPES, Source, document_id, folder_of
from cli.syncing.plan import KnownDocument, LocalFile, Plan, make_plan

NAME = "docs"
PATHS = ["a.md", "b.md", "b.txt", "guides/a.md", "guides/aws/a.md", "guides/c.md", "z.md"]


def local(path: str, content: str) -> LocalFile:
    relative = PurePosixPath(path)
    source = Source(
        path=relative,  # type: ignore[arg-type]
        relative=relative,
        content_type=CONTENT_TYPES[relative.suffix],
        doc_hash=document_id(relative, NAME),
        folder=folder_of(relative),
        origin_name=NAME,
    )
    return LocalFile(source, path, content.ljust(64, "0"))


folders = st.dictionaries(st.sampled_from(PATHS), st.sampled_from("wxyz"), max_size=len(PATHS)).map(
    lambda there: [local(path, content) for path, content in sorted(there.items())]
)


def carried_out(plan: Plan, known: list[KnownDocument]) -> list[KnownDocument]:
    """The documents after a plan, as the API would have them."""
    there = {document.doc_hash: document for document in known}
    for edited in plan.edited:
        there[edited.file.source.doc_hash] = KnownDocument.sent(edited.file)
    for file in (*plan.changed, *plan.new):
        there[file.source.doc_hash] = KnownDocument.sent(file)
    for document in plan.gone:
        del there[document.doc_hash]
    return list(there.values())


@given(st.lists(folders, min_size=1, max_size=5))
def test_documents_become_the_files_whatever_was_before(states: list[list[LocalFile]]) -> None:
    known: list[KnownDocument] = []
    for files in states:
        plan = make_plan(files, known)
        new = [file.source.doc_hash for file in plan.new]
        assert not {document.doc_hash for document in known} & set(new), "a new file takes no document's id"
        known = carried_out(plan, known)
        assert {document.path: document.sha256 for document in known} == {file.path: file.sha256 for file in files}
        assert len({document.doc_hash for document in known}) == len(known)
        again = make_plan(files, known)
        assert again.is_empty
        assert again.unchanged == len(files)


@given(folders, folders)
def test_a_content_that_is_still_there_is_never_sent_nor_deleted(
    before: list[LocalFile], after: list[LocalFile]
) -> None:
    known = carried_out(make_plan(before, []), [])
    plan = make_plan(after, known)
    gone = {(document.sha256, document.content_type) for document in plan.gone}
    new = {(file.sha256, file.source.content_type) for file in plan.new}
    assert not gone & new, "it would have been a rename"
    assert plan.unknown == 0


@given(folders, folders, st.sets(st.sampled_from(["guides", "guides/aws", "a.md", ""])))
def test_documents_below_what_could_not_be_read_stay_as_they_are(
    before: list[LocalFile], after: list[LocalFile], unread: set[str]
) -> None:
    known = carried_out(make_plan(before, []), [])
    under = {path for path in PATHS for each in unread if each == "" or path == each or path.startswith(f"{each}/")}
    files = [file for file in after if file.path not in under]
    plan = make_plan(files, known, unread)
    left = {document.path for document in carried_out(plan, known)}
    assert {document.path for document in known if document.path in under} <= left
    assert plan.unknown == sum(document.path in under for document in known)


def test_a_renamed_file_keeps_its_document_and_a_new_one_at_its_place_gets_another() -> None:
    known = carried_out(make_plan([local("a.md", "x")], []), [])
    plan = make_plan([local("guides/a.md", "x"), local("a.md", "y")], known)
    # By its path the old place is the same document, changed; the file in the new place is new.
    assert [file.path for file in plan.changed] == ["a.md"]
    moved = make_plan([local("guides/a.md", "x")], known)
    assert [(each.file.source.doc_hash, each.renamed_from) for each in moved.edited] == [(known[0].doc_hash, "a.md")]
    assert moved.edited[0].changes["origin"] == {"name": NAME, "path": "guides/a.md"}
    assert moved.edited[0].changes["folder"] == "/guides"
    known = carried_out(moved, known)
    later = make_plan([local("guides/a.md", "x"), local("a.md", "y")], known)
    assert [file.source.doc_hash for file in later.new] == [f"{known[0].doc_hash}-2"]


def test_of_several_with_one_content_that_of_the_same_name_is_the_renamed_one() -> None:
    known = carried_out(make_plan([local("a.md", "x"), local("z.md", "x")], []), [])
    plan = make_plan([local("guides/a.md", "x"), local("b.md", "x")], known)
    assert {each.file.path: each.renamed_from for each in plan.edited} == {"guides/a.md": "a.md", "b.md": "z.md"}


def test_what_somebody_else_said_of_a_document_is_said_as_the_folder_has_it() -> None:
    [document] = carried_out(make_plan([local("a.md", "x")], []), [])
    other = replace(document, title="Mine", metadata={**document.metadata, "note": "x", "suffix": 1})
    [edited] = make_plan([local("a.md", "x")], [other]).edited
    assert edited.changes == {"title": "a.md", "metadata": {"suffix": ".md", "note": None}}
    assert edited.renamed_from is None


def test_a_document_that_failed_is_sent_again() -> None:
    [document] = carried_out(make_plan([local("a.md", "x")], []), [])
    plan = make_plan([local("a.md", "x")], [replace(document, failed=True)])
    assert [file.path for file in plan.changed] == ["a.md"]
