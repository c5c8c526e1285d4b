"""Faults to plant in the code, each the kind of mistake that the project's promises are about.

A fault is a replacement of one text in one file. `python -m faults.planted` plants one at a time in a copy.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class FoundBy(StrEnum):
    """What is to find a planted fault."""

    RUN = "fault run"
    INTERLEAVINGS = "interleavings"
    """`tests/interleavings/test_interleavings.py`: for a window too short for threads to hit by chance."""
    CACHE_INTERLEAVINGS = "interleavings of the cache"
    """`tests/interleavings/test_cache_interleavings.py`: the same, of what search keeps."""
    CACHE_KEYS = "tests of the cache's keys"
    """`tests/search/test_cached_lists.py`: for what no answer shows yet."""
    LISTS = "tests of lists"
    """`tests/library/test_following.py`: for what comes late, which the emulator's stream never does."""


class Unplantable(ValueError):
    """The text that a fault replaces is not in its file, or is there more than once."""


@dataclass(frozen=True)
class Plant:
    """A fault: `new` in the place of `old`, which is in the file just once."""

    name: str
    path: str
    """From the repository's root."""
    old: str
    new: str
    found_by: FoundBy = FoundBy.RUN

    def planted(self, repository: Path) -> str:
        """The file's text with the fault in it. Raises `Unplantable`."""
        file = repository / self.path
        text = file.read_text() if file.exists() else ""
        if text.count(self.old) != 1:
            raise Unplantable(f"'{self.name}': {self.path} has its text {text.count(self.old)} times, not once")
        return text.replace(self.old, self.new)


_CORE = "functions/bloomweaver"
PLANTS = (
    Plant(
        "search shows hits without looking at their records",
        f"{_CORE}/search/serving.py",
        "return served is not None and served == ServedVersion(hit.version, index)",
        "return served is not None or hit.version < 0",
    ),
    Plant(
        "a delete counts only when its execution runs",
        f"{_CORE}/documents/acceptance.py",
        '        changes["deleted_version"] = version\n',
        "        pass\n",
    ),
    Plant(
        "an older source_version is accepted",
        f"{_CORE}/documents/acceptance.py",
        "    if submission.source_version is None or current.source_version is None:\n        return\n",
        "    return\n",
    ),
    Plant(
        "a lost race for a record counts as won",
        f"{_CORE}/documents/transition.py",
        "        if records.put(changed, current, entry_of(changed, result) if entry_of else None):\n",
        "        if records.put(changed, current, entry_of(changed, result) if entry_of else None) or revision:\n",
    ),
    Plant(
        "a change is written without its entry in the audit log",
        f"{_CORE}/adapters/dynamodb_records.py",
        "                if entry is None:\n",
        "                if entry is None or entry.version is None or entry.version > 1:\n",
    ),
    Plant(
        "a version is published without its fence",
        f"{_CORE}/documents/lifecycle.py",
        "    record = fence(current, version)\n    if record.attempt != attempt:",
        "    assert current is not None\n    record = current\n    if record.attempt < 0:",
        FoundBy.INTERLEAVINGS,
    ),
    Plant(
        "a version whose vectors were refused is published",
        f"{_CORE}/documents/lifecycle.py",
        "    if outcomes.get(Branch.PINECONE) is not Outcome.WRITTEN:\n",
        "    if Branch.PINECONE not in outcomes:\n",
    ),
    Plant(
        "a version whose backups were refused counts as whole",
        f"{_CORE}/documents/lifecycle.py",
        '"status": Status.INDEXED if outcomes.get(Branch.S3) is Outcome.WRITTEN else Status.PARTIAL,',
        '"status": Status.INDEXED,',
    ),
    Plant(
        "half of a batch stored counts as whole",
        f"{_CORE}/vector_stores/pinecone_documents.py",
        "if stored != len(batch):",
        "if stored > len(batch):",
    ),
    Plant(
        "what is replaced is forgotten",
        f"{_CORE}/models/record.py",
        "        return places[:limit]",
        "        return places[:0]",
    ),
    Plant(
        "no backup is removed",
        f"{_CORE}/pipeline/s3_branch.py",
        "        backups.delete_many(places)",
        "        assert backups",
    ),
    Plant(
        "no source is removed",
        f"{_CORE}/pipeline/s3_branch.py",
        "        sources.delete_many(kept)",
        "        assert sources",
    ),
    Plant(
        "no source is kept",
        f"{_CORE}/pipeline/chunk.py",
        "        self._sources.put_content(key, source.data, source.content_type(record))",
        "        assert key",
    ),
    Plant(
        "a run that is cut short may write a source that nobody knows of",
        f"{_CORE}/documents/lifecycle.py",
        '        "writers": {**record.writers, str(version): execution_arn},\n    }\n\n',
        '        "writers": record.writers,\n    }\n\n',
        FoundBy.INTERLEAVINGS,
    ),
    Plant(
        "a removal that failed counts as done",
        f"{_CORE}/documents/lifecycle.py",
        "    gone = all(result.outcome is Outcome.REMOVED for result in results.values())",
        "    gone = True",
    ),
    Plant(
        "a redrive drops every letter",
        f"{_CORE}/recovery/redrive.py",
        "    return mending.judge(found, current) if isinstance(found, DeadLetter) else judge_message(found, current)",
        '    return Judgement(verdict=Verdict.DROP, reason="planted")',
    ),
    Plant(
        "a redrive leaves the record as it is",
        f"{_CORE}/pipeline/mend.py",
        "lambda current: mending.mend(current, work, clock(), stale_limit)",
        "lambda current: (None, mending.mend(current, work, clock(), stale_limit)[1])",
    ),
    Plant(
        "the sweep sends nothing again",
        f"{_CORE}/recovery/sweep.py",
        "        if message is not None:\n            self._queue.send(message)",
        "        assert message is None or message",
    ),
    Plant(
        "the emulator's journal loses its last entries",
        "local/emulator/state_file.py",
        """            cursor = self._connection.execute(statement, parameters)
            self._changed = True
""",
        """            if not self._connection.in_transaction:
                self._connection.execute("BEGIN")
            cursor = self._connection.execute(statement, parameters)
            if time.monotonic() % 3 < 0.1:
                self._connection.execute("COMMIT")
            self._changed = True
""",
    ),
    Plant(
        "the epoch moves before the publish has its vectors",
        f"{_CORE}/documents/epoch.py",
        "    return record.served_version > 0 and (record.served_version, record.index) != before",
        "    return record.status is Status.PROCESSING and (record.served_version, record.index) == before",
        FoundBy.CACHE_INTERLEAVINGS,
    ),
    Plant(
        "the epoch moves when the record is written already",
        f"{_CORE}/documents/epoch.py",
        """        if serves_anew(record, replaces):
            self._epochs.advance()
        return self._records.put(record, replaces, entry)
""",
        """        stored = self._records.put(record, replaces, entry)
        if serves_anew(record, replaces):
            self._epochs.advance()
        return stored
""",
        FoundBy.CACHE_INTERLEAVINGS,
    ),
    Plant(
        "lists of candidates are good in any epoch",
        f"{_CORE}/search/caching.py",
        "return epoch is not None and entry.epoch == epoch and not self._has_expired(entry)",
        "return epoch is not None and not self._has_expired(entry)",
        FoundBy.CACHE_INTERLEAVINGS,
    ),
    Plant(
        "a cache that crosses filters",
        f"{_CORE}/search/cached_lists.py",
        '            "filter": self.filter,\n',
        '            "filter": None,\n',
    ),
    Plant(
        "a cache that crosses roles",
        f"{_CORE}/search/cached_lists.py",
        '            "role": self.role,\n',
        '            "role": None,\n',
        FoundBy.CACHE_KEYS,
    ),
    Plant(
        "a keyword leg that ignores a filter",
        f"{_CORE}/search/legs.py",
        "store.query_keywords(terms, depth, request.filter, request.folder)",
        "store.query_keywords(terms, depth, None, request.folder)",
    ),
    Plant(
        "lists that ignore revisions",
        f"{_CORE}/library/step.py",
        "return self.known.revision < self.revision",
        "return self.known.revision != self.revision",
        FoundBy.LISTS,
    ),
    Plant(
        "a document that moves stays in its old lists",
        f"{_CORE}/library/step.py",
        "return {*entries_of(doc_hash, known.listed), *begun}",
        "return {*begun}",
    ),
    Plant(
        "the last change of a batch is told to nobody",
        f"{_CORE}/live/telling.py",
        "key=lambda record: record.updated_at)",
        "key=lambda record: record.updated_at)[:-1]",
    ),
    Plant(
        "what an answer rests on is not looked at after its last word",
        f"{_CORE}/answering/fence.py",
        "        if not withdrawn and not unshowable:\n",
        "        if message.rounds <= ROUNDS_MAX:\n",
    ),
    Plant(
        "a citation is of the passage after the one that it names",
        f"{_CORE}/answering/citation_stream.py",
        "dict.fromkeys(self._places[key] for key in known)",
        "dict.fromkeys((self._places[key] + 1) % len(self._places) for key in known)",
    ),
    Plant(
        "an answer rests on what it cites alone",
        f"{_CORE}/answering/reading.py",
        "if status is MessageStatus.WITHHELD or served.withdrawn(message.rests_on):",
        "if status is MessageStatus.WITHHELD or any(each.state == CitationState.WITHDRAWN for each in citations):",
    ),
    Plant(
        "no ping is answered",
        f"{_CORE}/live/sessions.py",
        "self._answer(connection, action, [each.to_json()",
        "(connection, action, [each.to_json()",
    ),
    Plant(
        "a ping does not tell what was missed",
        f"{_CORE}/live/sessions.py",
        "[each.to_json() for each in page.messages], page.cursor, None, page)",
        "[], page.cursor, None, page)",
    ),
)
