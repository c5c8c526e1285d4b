"""The tasks of a run one after another, on ports in memory: what each leaves for the next, and what it costs."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from bloomweaver import keys
from bloomweaver.documents.epoch import RecordsWithEpoch
from bloomweaver.documents.ingest import Ingest, InvalidReference
from bloomweaver.documents.lifecycle import BranchResult, Ending
from bloomweaver.errors import EmbeddingRejected, ExtractionFailed, ModelChanged, StorageUnavailable, Superseded
from bloomweaver.models.backup import Backup
from bloomweaver.models.chunk import Candidate, Hit, Passage
from bloomweaver.models.dead_letter import VersionArtifacts
from bloomweaver.models.record import Branch, Operation, Outcome, StaleVersion, Status
from bloomweaver.models.webhook import WebhookBody
from bloomweaver.passages import artifacts
from bloomweaver.passages.backups import indexed_chunk
from bloomweaver.passages.chunking import Chunker
from bloomweaver.pipeline import endings, pinecone_branch, s3_branch
from bloomweaver.pipeline.chunk import ChunkTask
from bloomweaver.pipeline.claim import claim
from bloomweaver.pipeline.embed import embed
from bloomweaver.ports import EncodedQuery
from bloomweaver.search.request import SearchRequest
from bloomweaver.search.search import Search
from bloomweaver.sources.contents import Contents, Source
from tests.audit.memory_audit import asked
from tests.content.documents import PDF, pdf_of
from tests.fakes import (
    INDEX,
    MODEL,
    SETTINGS,
    CountingEmbedder,
    MemoryEpochs,
    MemoryIndexes,
    MemoryObjects,
    MemoryQueue,
    MemoryRecords,
    MemorySources,
    MemoryStandings,
    MemoryUploads,
    MemoryVectors,
    Ticks,
    memory_stores,
)

WRITTEN = {branch: BranchResult(outcome=Outcome.WRITTEN) for branch in Branch}
REMOVED = {branch: BranchResult(outcome=Outcome.REMOVED) for branch in Branch}


def words_tokenizer() -> Tokenizer:
    """A token a word: what chunks hold can be read off their text."""
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()  # type: ignore[assignment]
    return tokenizer


class LengthQuery:
    """Implements `QueryEncoder` as `CountingEmbedder` embeds."""

    def encode_query(self, text: str) -> EncodedQuery:
        return EncodedQuery([float(len(text)), 1.0])


@dataclass
class Pipeline:
    """A run's states called in order, as the state machines call them."""

    records: MemoryRecords = field(default_factory=MemoryRecords)
    epochs: MemoryEpochs = field(default_factory=MemoryEpochs)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    indexes: MemoryIndexes = field(default_factory=MemoryIndexes)
    backups: MemoryObjects = field(default_factory=MemoryObjects)
    sources: MemorySources = field(default_factory=MemorySources)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    vectors: MemoryVectors = field(default_factory=MemoryVectors)
    embedder: CountingEmbedder = field(default_factory=CountingEmbedder)
    clock: Ticks = field(default_factory=Ticks)
    batch_size: int = 2
    batches_max: int = 40

    @property
    def table(self) -> RecordsWithEpoch:
        """The records, as the functions have them."""
        return RecordsWithEpoch(self.records, self.epochs)

    def post(self, **body: object) -> str:
        raw = json.dumps(body).encode()
        ingest = Ingest(
            self.table, self.objects, MemoryUploads(self.objects), self.queue, self.clock, upload_max_bytes=1000
        )
        return ingest.accept(WebhookBody.model_validate(body), raw, asked()).status

    def claim(self, version: int, operation: Operation = Operation.CREATE) -> Ending:
        return claim(
            self.table, self.clock, operation=operation, doc_hash="doc", version=version, attempt=0,
            execution_arn="arn", stale_limit=50,
        )  # fmt: skip

    def chunk(self, version: int) -> VersionArtifacts:
        contents = Contents(
            self.objects, MemoryUploads(self.objects), self.sources, body_max_bytes=10_000, upload_max_bytes=1000
        )
        task = ChunkTask(
            self.table, self.objects, contents, self.sources, self.backups,
            self.indexes, memory_stores(self.vectors), self.clock,
            Chunker(words_tokenizer(), 8, 0), index=INDEX, settings=SETTINGS,
            batch_size=self.batch_size, batches_max=self.batches_max,
        )  # fmt: skip
        return task.run("doc", version, 0)

    def embed(self, version: int, found: VersionArtifacts) -> None:
        for batch in found.batches:
            embed(
                self.objects,
                self.embedder,
                doc_hash="doc",
                version=version,
                batch=batch,
                model=MODEL,
                index=INDEX,
                settings=SETTINGS,
                request_size=2,
            )

    def write(self, version: int, found: VersionArtifacts) -> None:
        pinecone_branch.write(
            self.table,
            self.objects,
            memory_stores(self.vectors),
            doc_hash="doc",
            version=version,
            version_artifacts=found,
        )
        s3_branch.write(
            self.table, self.objects, self.backups, doc_hash="doc", version=version, version_artifacts=found
        )

    def publish(self, version: int) -> Ending:
        return endings.publish(
            self.table,
            self.clock,
            doc_hash="doc",
            version=version,
            attempt=0,
            results=WRITTEN,
            model=MODEL,
            index=INDEX,
            stale_limit=50,
        )

    def remove(self, version: int, ending: Ending) -> Ending:
        pinecone_branch.remove(memory_stores(self.vectors), self.epochs, doc_hash="doc", stale=ending.stale)
        s3_branch.remove(self.backups, self.sources, doc_hash="doc", stale=ending.stale)
        return endings.settle(
            self.table, self.clock, operation=Operation.UPDATE, doc_hash="doc", version=version, attempt=0,
            removed=ending.stale, results=REMOVED, stale_limit=50,
        )  # fmt: skip

    def run(self, version: int) -> VersionArtifacts:
        self.claim(version)
        found = self.chunk(version)
        self.embed(version, found)
        self.write(version, found)
        ending = self.publish(version)
        if ending.stale:
            self.remove(version, ending)
        return found

    def search(self, top_k: int = 10) -> list[str]:
        search = Search(
            MemoryStandings(self.records, self.epochs),
            memory_stores(self.vectors),
            lambda _: LengthQuery(),
            depth=10,
            candidates_max=100,
        )
        return [hit.text for hit in search.run(SearchRequest(query="anything", top_k=top_k)).answer.results]


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline()


def paragraphs(*texts: str) -> str:
    return "\n\n".join(texts)


ONE = "The first paragraph has these eight plain words"
TWO = "The second one has eight other plain words"
THREE = "A third paragraph is here with eight words"


def post(pipeline: Pipeline, *texts: str, **more: object) -> str:
    return pipeline.post(
        operation="CREATE", doc_hash="doc", content_type="text/plain", content=paragraphs(*texts), **more
    )


def test_document_becomes_searchable_with_its_backups(pipeline: Pipeline) -> None:
    assert post(pipeline, ONE, TWO, THREE, title="T", metadata={"n": 1}) == "queued"
    found = pipeline.run(1)
    assert (found.chunk_count, found.batches, found.reused) == (3, [0, 1], 0)
    assert sorted(pipeline.search()) == sorted([ONE, TWO, THREE])
    assert pipeline.vectors.ids("doc") == list(keys.vector_ids("doc", 1, 3))
    backup = Backup.model_validate_json(pipeline.backups.get(keys.backup_key("doc", 1, 1)))
    assert (backup.text, backup.model, backup.title, backup.metadata) == (TWO, MODEL, "T", {"n": 1})
    assert backup.vector == [float(len(TWO)), 1.0]
    record = pipeline.records.records["doc"]
    assert (record.status, record.chunk_count, record.model) == (Status.INDEXED, 3, MODEL)


def test_unchanged_passages_are_not_embedded_again(pipeline: Pipeline) -> None:
    post(pipeline, ONE, TWO)
    pipeline.run(1)
    pipeline.embedder.texts.clear()
    post(pipeline, ONE, THREE, TWO)
    found = pipeline.run(2)
    assert (found.chunk_count, found.reused) == (3, 2)
    assert pipeline.embedder.texts == [THREE]
    assert sorted(pipeline.search()) == sorted([ONE, TWO, THREE])
    assert pipeline.vectors.ids("doc") == list(keys.vector_ids("doc", 2, 3))
    assert sorted(pipeline.backups.objects) == [keys.backup_key("doc", 2, index) for index in range(3)]


def test_new_metadata_alone_embeds_nothing_and_reaches_the_index(pipeline: Pipeline) -> None:
    post(pipeline, ONE, TWO)
    pipeline.run(1)
    pipeline.embedder.texts.clear()
    assert post(pipeline, ONE, TWO, metadata={"n": 2}) == "queued"
    found = pipeline.run(2)
    assert found.batches == []
    assert pipeline.embedder.texts == []
    assert {chunk.metadata["n"] for chunk in pipeline.vectors.chunks.values()} == {2}


GERMAN = "Die Häuser der Stadt sind sehr alt"
FRENCH = "Les maisons de la ville sont très vieilles"


def languages(pipeline: Pipeline, version: int) -> set[str | None]:
    """Of the backups of a version."""
    found = [data for key, data in pipeline.backups.objects.items() if key.startswith(f"doc/v{version:06d}")]
    return {Backup.model_validate_json(data).language for data in found}


def test_a_passage_has_its_words_and_stems_those_of_its_title_and_its_heading(pipeline: Pipeline) -> None:
    text = f"# Notes\n\n{ONE}"
    pipeline.post(operation="CREATE", doc_hash="doc", content_type="text/markdown", content=text, title="Harbours")
    pipeline.run(1)
    keywords = {term for chunk in pipeline.vectors.chunks.values() for term in chunk.keywords.split()}
    assert {"harbours", "0harbour", "notes", "0note", "words", "0word"} <= keywords


def test_the_language_of_a_document_is_found_in_its_text_and_kept_with_its_chunks(pipeline: Pipeline) -> None:
    post(pipeline, GERMAN, GERMAN, "1 2 3 4")
    pipeline.run(1)
    record = pipeline.records.records["doc"]
    assert (record.language, record.detected_language, languages(pipeline, 1)) == (None, "de", {"de"})
    assert any("0haus" in chunk.keywords.split() for chunk in pipeline.vectors.chunks.values())
    post(pipeline, "1 2 3 4")
    pipeline.run(2)
    assert (pipeline.records.records["doc"].detected_language, languages(pipeline, 2)) == (None, {None})


def test_the_language_of_a_request_goes_before_what_the_text_looks_like(pipeline: Pipeline) -> None:
    post(pipeline, GERMAN, language="nl-be")
    pipeline.run(1)
    record = pipeline.records.records["doc"]
    assert (record.language, record.detected_language, languages(pipeline, 1)) == ("nl-BE", None, {"nl-BE"})


@pytest.mark.parametrize("more", [{}, {"language": "de-AT"}, {"title": "Häuser", "metadata": {"n": 1}}])
def test_what_is_made_of_backups_is_what_the_run_wrote(pipeline: Pipeline, more: dict[str, object]) -> None:
    post(pipeline, GERMAN, ONE, **more)
    pipeline.run(1)
    record = pipeline.records.records["doc"]
    backups = [Backup.model_validate_json(data) for data in pipeline.backups.objects.values()]
    made = [indexed_chunk(backup, record, with_keywords=True) for backup in backups]
    assert {chunk.id: chunk for chunk in made} == pipeline.vectors.chunks


def test_another_language_alone_is_a_new_version_and_embeds_nothing(pipeline: Pipeline) -> None:
    post(pipeline, FRENCH, language="en")
    pipeline.run(1)
    assert not any("0vieil" in chunk.keywords.split() for chunk in pipeline.vectors.chunks.values())
    pipeline.embedder.texts.clear()
    assert post(pipeline, FRENCH, language="en") == "unchanged"
    assert post(pipeline, FRENCH, language="fr") == "queued"
    assert pipeline.run(2).batches == []
    assert pipeline.embedder.texts == []
    assert languages(pipeline, 2) == {"fr"}
    assert any("0vieil" in chunk.keywords.split() for chunk in pipeline.vectors.chunks.values())


def test_passages_that_are_a_source_are_looked_at_for_their_language(pipeline: Pipeline) -> None:
    post(pipeline, GERMAN, GERMAN)
    pipeline.claim(1)
    record = pipeline.records.records["doc"]
    source = Source.of(artifacts.passage_lines([Passage(text=GERMAN), Passage(text=GERMAN)]), passages=True)
    key = keys.source_key("doc", 1, source.name)
    pipeline.sources.put(key, source.data)
    pipeline.records.records["doc"] = record.model_copy(
        update={"sources": {"1": source.name}, "artifact": None, "kept_version": 1}
    )
    pipeline.chunk(1)
    assert pipeline.records.records["doc"].detected_language == "de"


def test_a_letter_of_an_index_without_keywords_writes_none(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.claim(1)
    found = pipeline.chunk(1)
    pipeline.embed(1, found)
    before = SETTINGS.model_copy(update={"analyser_version": 0})
    pinecone_branch.write(
        pipeline.records, pipeline.objects, memory_stores(pipeline.vectors, settings=before), doc_hash="doc",
        version=1, version_artifacts=found,
    )  # fmt: skip
    assert [chunk.keywords for chunk in pipeline.vectors.chunks.values()] == [""]


def test_missing_backup_costs_an_embedding_and_nothing_else(pipeline: Pipeline) -> None:
    post(pipeline, ONE, TWO)
    pipeline.run(1)
    del pipeline.backups.objects[keys.backup_key("doc", 1, 0)]
    pipeline.embedder.texts.clear()
    post(pipeline, ONE, TWO, THREE)
    assert pipeline.run(2).reused == 1
    assert sorted(pipeline.embedder.texts) == sorted([ONE, THREE])


@pytest.mark.parametrize("broken", [b"", b"{", b"[1]", b'{"sha256": 1}'])
def test_broken_backup_costs_an_embedding_and_nothing_else(pipeline: Pipeline, broken: bytes) -> None:
    post(pipeline, ONE, TWO)
    pipeline.run(1)
    pipeline.backups.objects[keys.backup_key("doc", 1, 0)] = broken
    pipeline.embedder.texts.clear()
    post(pipeline, ONE, TWO, THREE)
    assert pipeline.run(2).reused == 1
    assert sorted(pipeline.embedder.texts) == sorted([ONE, THREE])


def test_backup_with_a_vector_that_no_index_takes_is_not_reused(pipeline: Pipeline) -> None:
    post(pipeline, ONE, TWO)
    pipeline.run(1)
    key = keys.backup_key("doc", 1, 0)
    backup = Backup.model_validate_json(pipeline.backups.objects[key])
    pipeline.backups.objects[key] = backup.model_copy(update={"vector": [1.0]}).model_dump_json().encode()
    post(pipeline, ONE, TWO, THREE)
    assert pipeline.run(2).reused == 1


def test_batches_are_bounded_whatever_the_size(pipeline: Pipeline) -> None:
    pipeline.batches_max = 3
    texts = [f"Paragraph number {number} with a few more words" for number in range(20)]
    post(pipeline, *texts)
    found = pipeline.run(1)
    assert found.batches == [0, 1, 2]
    assert len(pipeline.search(top_k=100)) == found.chunk_count == 20


def test_later_version_wins_whatever_the_order(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.claim(1)
    slow = pipeline.chunk(1)
    pipeline.embed(1, slow)
    pipeline.write(1, slow)  # and before it publishes, a newer version is accepted and runs to its end
    post(pipeline, TWO)
    pipeline.run(2)
    with pytest.raises(Superseded):
        pipeline.publish(1)
    assert pipeline.search() == [TWO]


def test_what_a_superseded_version_wrote_is_removed(pipeline: Pipeline) -> None:
    post(pipeline, ONE, TWO)
    pipeline.claim(1)
    slow = pipeline.chunk(1)
    pipeline.embed(1, slow)
    pipeline.write(1, slow)
    post(pipeline, THREE)
    with pytest.raises(Superseded):
        pipeline.publish(1)
    own = Ending.model_validate(
        {"status": "superseded", "stale": [{"version": 1, "index": INDEX, "chunk_count": slow.chunk_count}]}
    )
    assert pipeline.remove(1, own).status == "superseded"
    assert pipeline.vectors.ids("doc") == []
    assert pipeline.backups.objects == {}
    pipeline.run(2)
    assert pipeline.search() == [THREE]
    assert pipeline.records.records["doc"].stale == {}


@pytest.mark.parametrize("step", ["claim", "chunk", "write"])
def test_superseded_version_stops_at_the_next_step(pipeline: Pipeline, step: str) -> None:
    post(pipeline, ONE)
    found = VersionArtifacts(model=MODEL, index=INDEX, chunk_count=0, batches=[], reused=0)
    if step != "claim":
        pipeline.claim(1)
    if step == "write":
        found = pipeline.chunk(1)
        pipeline.embed(1, found)
    post(pipeline, TWO)
    with pytest.raises(Superseded):
        {
            "claim": lambda: pipeline.claim(1),
            "chunk": lambda: pipeline.chunk(1),
            "write": lambda: pipeline.write(1, found),
        }[step]()
    assert pipeline.vectors.chunks == {}


def test_old_version_is_served_until_the_new_one_is_published(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.run(1)
    post(pipeline, TWO)
    pipeline.claim(2)
    found = pipeline.chunk(2)
    pipeline.embed(2, found)
    pipeline.write(2, found)
    assert pipeline.search() == [ONE], "both versions lie in the index, and one is served"
    ending = pipeline.publish(2)
    assert pipeline.search() == [TWO]
    pipeline.remove(2, ending)
    assert pipeline.search() == [TWO]


def test_deleted_text_is_gone_from_search_before_anything_is_removed(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.run(1)
    pipeline.post(operation="DELETE", doc_hash="doc")
    assert pipeline.vectors.ids("doc")
    assert pipeline.search() == []


def test_delete_removes_vectors_and_backups(pipeline: Pipeline) -> None:
    post(pipeline, ONE, TWO)
    pipeline.run(1)
    pipeline.post(operation="DELETE", doc_hash="doc")
    assert pipeline.remove(2, pipeline.claim(2, Operation.DELETE)).status == "deleted"
    assert (pipeline.vectors.chunks, pipeline.backups.objects) == ({}, {})
    record = pipeline.records.records["doc"]
    assert (record.status, record.version, record.indexed_version) == (Status.DELETED, 2, 0)


def test_document_created_again_reuses_nothing_of_the_deleted_one(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.run(1)
    pipeline.post(operation="DELETE", doc_hash="doc")
    post(pipeline, ONE)
    assert pipeline.run(3).reused == 0
    assert pipeline.search() == [ONE]
    assert pipeline.vectors.ids("doc") == [keys.vector_id("doc", 3, 0)]


def test_search_asks_for_more_when_what_it_found_is_not_served(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.run(1)
    served = next(iter(pipeline.vectors.chunks.values()))
    leftovers = [
        served.model_copy(update={"id": f"doc#{n}", "version": 99, "vector": [1000.0, 1.0]}) for n in range(30)
    ]
    pipeline.vectors.upsert(leftovers)
    assert pipeline.search(top_k=1) == [ONE]


def test_search_asks_again_when_a_hit_is_replaced_before_its_text_is_read(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(pipeline, ONE)
    pipeline.run(1)
    complete = pipeline.vectors.complete

    def replaced_first(candidates: Sequence[Candidate]) -> list[Hit]:
        monkeypatch.setattr(pipeline.vectors, "complete", complete)
        post(pipeline, TWO)
        pipeline.run(2)
        return complete(candidates)

    monkeypatch.setattr(pipeline.vectors, "complete", replaced_first)
    assert pipeline.search() == [TWO]


def test_search_answers_without_what_stays_gone(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    post(pipeline, ONE, TWO)
    pipeline.run(1)
    complete = pipeline.vectors.complete
    monkeypatch.setattr(pipeline.vectors, "complete", lambda found: [hit for hit in complete(found) if hit.text != ONE])
    assert pipeline.search() == [TWO]


def test_upload_is_taken_by_reference_and_held_to_what_was_accepted(pipeline: Pipeline) -> None:
    body = {"operation": "CREATE", "doc_hash": "doc", "content_type": "text/plain", "content_ref": "uploads/1"}
    with pytest.raises(InvalidReference, match="nothing was uploaded"):
        pipeline.post(**body)
    pipeline.objects.put("uploads/1", b"x" * 1001)
    with pytest.raises(InvalidReference, match="1000 are the most"):
        pipeline.post(**body)
    assert pipeline.records.records == {}
    pipeline.objects.put("uploads/1", ONE.encode())
    assert pipeline.post(**body) == "queued"
    assert pipeline.records.records["doc"].content_sha256 == hashlib.sha256(ONE.encode()).hexdigest()
    pipeline.objects.put("uploads/1", b"something else")
    pipeline.claim(1)
    with pytest.raises(ExtractionFailed, match="was changed after it was accepted"):
        pipeline.chunk(1)


def test_refused_request_stores_nothing(pipeline: Pipeline) -> None:
    post(pipeline, ONE, source_version=5)
    before = dict(pipeline.objects.objects)
    with pytest.raises(Exception, match="is not newer"):
        post(pipeline, TWO, source_version=4)
    assert pipeline.objects.objects == before
    assert len(pipeline.queue.messages) == 1


def test_a_run_that_was_begun_for_another_model_is_not_embedded(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.claim(1)
    pipeline.chunk(1)
    with pytest.raises(ModelChanged, match="begun for the model 'minilm', this deployment has 'bge-small'"):
        embed(
            pipeline.objects, pipeline.embedder, doc_hash="doc", version=1, batch=0, model=MODEL, index=INDEX,
            settings=SETTINGS.model_copy(update={"model": "bge-small"}), request_size=2,
        )  # fmt: skip
    assert pipeline.embedder.texts == []


def test_passages_that_are_a_source_are_cut_again_only_where_they_are_too_long(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    short, long = "a short passage", f"{TWO} {THREE}"
    passages = [Passage(text=text, heading=heading, page=2) for text, heading in ((short, "Top"), (long, None))]
    source = Source.of(artifacts.passage_lines(passages), passages=True)
    # As if version 1 had been from before sources were kept, and accepted again.
    pipeline.sources.put_content(keys.source_key("doc", 1, source.name), source.data, "application/jsonl")
    record = pipeline.records.records["doc"]
    changes = {"version": 2, "kept_version": 1, "sources": {"1": source.name}}
    pipeline.records.records["doc"] = record.model_copy(update=changes)
    pipeline.claim(2)
    pipeline.chunk(2)
    chunks = artifacts.read_chunks(pipeline.objects, "doc", 2, INDEX)
    assert [(chunk.heading, chunk.page) for chunk in chunks] == [("Top", 2), *[(None, 2)] * (len(chunks) - 1)]
    assert len(chunks) > 2
    assert chunks[0].text == short
    assert " ".join(chunk.text for chunk in chunks[1:]).split() == long.split()
    assert pipeline.records.records["doc"].sources == {"1": source.name, "2": source.name}
    assert pipeline.sources.get(keys.source_key("doc", 2, source.name)) == source.data


def test_a_body_of_passages_from_before_becomes_a_source_of_passages(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    data = artifacts.passage_lines([Passage(text="a short passage")])
    key = "raw/doc/passages-1.jsonl"
    pipeline.objects.put(key, data)
    pipeline.records.records["doc"] = pipeline.records.records["doc"].model_copy(update={"artifact": key})
    pipeline.run(1)
    record = pipeline.records.records["doc"]
    assert keys.holds_passages(str(record.served_source))
    assert pipeline.sources.get(keys.source_key("doc", 1, str(record.served_source))) == data


def test_a_content_of_which_nothing_can_be_cut_is_kept_until_it_is_replaced(pipeline: Pipeline) -> None:
    pipeline.post(operation="CREATE", doc_hash="doc", content_type="application/pdf", content="no PDF")
    pipeline.claim(1)
    with pytest.raises(ExtractionFailed):
        pipeline.chunk(1)
    assert list(pipeline.sources.objects.values()) == [b"no PDF"]


def test_a_source_that_was_changed_is_not_cut(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.run(1)
    record = pipeline.records.records["doc"]
    key = keys.source_key("doc", 1, str(record.served_source))
    pipeline.sources.put_content(key, b"something else", "text/plain")
    pipeline.records.records["doc"] = record.model_copy(update={"version": 2, "kept_version": 1})
    with pytest.raises(ExtractionFailed, match="was changed after it was written"):
        pipeline.chunk(2)


def test_vectors_of_another_dimension_are_refused(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.claim(1)
    pipeline.chunk(1)
    with pytest.raises(EmbeddingRejected, match="2 dimensions, the vector index has 384"):
        embed(
            pipeline.objects, pipeline.embedder, doc_hash="doc", version=1, batch=0, model=MODEL, index=INDEX,
            settings=SETTINGS.model_copy(update={"dimension": 384}), request_size=2,
        )  # fmt: skip


def test_lines_survive_separators_inside_a_text(pipeline: Pipeline) -> None:
    text = "one\u2028two\x85three"
    post(pipeline, ONE)
    chunk = artifacts.Chunk(text=text, index=0, sha256="x")
    artifacts.write_chunks(pipeline.objects, "doc", 1, INDEX, [chunk])
    assert artifacts.read_chunks(pipeline.objects, "doc", 1, INDEX) == [chunk]


def test_records_that_are_fought_over_still_change(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.records.lose_races = 3
    pipeline.claim(1)
    assert pipeline.records.records["doc"].status is Status.PROCESSING


def warnings_of(pipeline: Pipeline) -> list[str]:
    record = pipeline.records.get("doc")
    assert record is not None
    return record.warnings


def test_what_could_not_be_taken_is_on_the_record_until_a_version_without_it() -> None:
    pipeline = Pipeline()
    scanned = base64.b64encode(pdf_of(["Roses", ""])).decode()
    pipeline.post(operation="CREATE", doc_hash="doc", content_type=PDF, content_base64=scanned)
    pipeline.claim(1)
    pipeline.chunk(1)
    [warning] = warnings_of(pipeline)
    assert warning.startswith("page 2 of 2 has no text")

    pipeline.post(operation="UPDATE", doc_hash="doc", content_type="text/plain", content="Roses")
    assert warnings_of(pipeline) == []
    pipeline.claim(2, Operation.UPDATE)
    pipeline.chunk(2)
    assert warnings_of(pipeline) == []


# The epoch of what is served ------------------------------------------------------------------------------------------


def test_the_epoch_moves_for_what_is_published_and_for_what_is_removed_and_for_nothing_else(pipeline: Pipeline) -> None:
    moved = [pipeline.epochs.number]

    def note() -> None:
        moved.append(pipeline.epochs.number)

    for version, text in ((1, ONE), (2, TWO)):
        post(pipeline, text)
        pipeline.claim(version)
        found = pipeline.chunk(version)
        pipeline.embed(version, found)
        pipeline.write(version, found)
        note()
        ending = pipeline.publish(version)
        note()
    pipeline.remove(2, ending)
    note()
    pipeline.post(operation="DELETE", doc_hash="doc")
    deleted = pipeline.claim(3, Operation.DELETE)
    note()
    pipeline.remove(3, deleted)
    note()
    assert moved == [0, 0, 1, 1, 2, 3, 3, 4]


def test_a_publish_that_could_not_move_the_epoch_served_nothing_and_is_repeated(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.claim(1)
    found = pipeline.chunk(1)
    pipeline.embed(1, found)
    pipeline.write(1, found)
    pipeline.epochs.failing = True
    with pytest.raises(StorageUnavailable):
        pipeline.publish(1)
    assert pipeline.records.records["doc"].served_version == 0
    pipeline.epochs.failing = False
    assert pipeline.publish(1).status == "indexed"
    assert pipeline.epochs.number == 1


def test_a_removal_that_could_not_move_the_epoch_is_repeated(pipeline: Pipeline) -> None:
    post(pipeline, ONE)
    pipeline.run(1)
    pipeline.post(operation="DELETE", doc_hash="doc")
    ending = pipeline.claim(2, Operation.DELETE)
    pipeline.epochs.failing = True
    with pytest.raises(StorageUnavailable):
        pipeline.remove(2, ending)
    assert pipeline.vectors.ids("doc") == []
    pipeline.epochs.failing = False
    pipeline.remove(2, ending)
    assert pipeline.epochs.number == 2


def test_where_only_a_source_is_removed_the_epoch_stands(pipeline: Pipeline) -> None:
    source = StaleVersion(version=1, index="", chunk_count=0, source="name")
    pinecone_branch.remove(memory_stores(pipeline.vectors), pipeline.epochs, doc_hash="doc", stale=[source])
    assert pipeline.epochs.number == 0
