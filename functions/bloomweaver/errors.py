"""Every error of the pipeline by name. A class name is the error name that the state machines match on.

Transient errors are retried by the workflow; permanent ones go straight to its Catch. Nothing here is retried in code.
"""


class BloomweaverError(Exception):
    """Base of every error that the pipeline raises on purpose."""


class TransientError(BloomweaverError):
    """The same call may well succeed later; the state machine retries it.

    `retry_after` is in how many seconds, where what failed has said so.
    """

    def __init__(self, *args: object, retry_after: float | None = None) -> None:
        super().__init__(*args)
        self.retry_after = retry_after


class PermanentError(BloomweaverError):
    """The same call would fail again; the state machine records it and stops."""


class EmbeddingUnavailable(TransientError):
    """The embedding service is not there (refused, 502, 503, 504), or another model answers: perhaps an instance is
    still coming up."""


class EmbeddingOverloaded(TransientError):
    """The embedding service answered 429: its queue is full."""


class ModelChanged(TransientError):
    """The run was begun for another model than the function has: a deployment is under way, or came in between. The run
    goes back to Chunk."""


class FleetUnavailable(TransientError):
    """The embedding service's Auto Scaling group could not be asked, or is busy with a change."""


class VectorIndexThrottled(TransientError):
    """The vector index answered that we write or read too fast (429)."""


class VectorIndexUnavailable(TransientError):
    """The vector index could not be reached, timed out, failed (5xx) or stored only a part of a batch."""


class RerankerTimedOut(TransientError):
    """The reranker was not done in the time that a search gives it: its order is left out, and said to be."""


class RerankerUnavailable(TransientError):
    """The reranker could not be reached, is asked too often (429), or failed (5xx)."""


class BackupUnavailable(TransientError):
    """The backup bucket could not be reached or failed."""


class StorageUnavailable(TransientError):
    """The documents table, the artifacts bucket or a queue could not be reached or failed."""


class GeneratorUnavailable(TransientError):
    """What writes answers could not be reached, failed (5xx), or broke off."""


class GeneratorOverloaded(TransientError):
    """What writes answers is asked too often (429)."""


class LiveUnavailable(TransientError):
    """Nothing could be posted to any connection: API Gateway could not be reached, failed, or is asked too often."""


class MetricsUnavailable(TransientError):
    """CloudWatch could not be reached, failed, or is asked for metrics too often."""


class RecordContended(TransientError):
    """Other writers changed the document's record each time we tried to."""


class ReindexOvertaken(PermanentError):
    """The index's card names another reindex than the one that runs: this one goes no further."""


class FolderChangeOvertaken(PermanentError):
    """The register of running changes does not have the one that runs: it goes no further."""


class AnswerOvertaken(PermanentError):
    """Nobody waits for the answer that the run makes: it was stopped, its chat was deleted, or it is made anew."""


class GeneratorRejected(PermanentError):
    """What writes answers would refuse each request: no such model, a wrong key, or an answer that is none."""


class ExtractionFailed(PermanentError):
    """No text can be taken from the document: broken, encrypted, empty, or not of its content type."""


class EmbeddingRejected(PermanentError):
    """The embedding service refused the request (4xx other than 429), or its answer is no embedding."""


class FleetNeverReady(TransientError):
    """The fleet was put to sleep since none of its instances became ready, and nothing was deployed since."""


class FleetSwitchedOff(PermanentError):
    """The embedding service's group may start no instance: its maximum was set to 0."""


class VectorIndexRejected(PermanentError):
    """The vector index refused the request: wrong key, wrong dimension, invalid record."""


class RerankerRejected(PermanentError):
    """The reranker would refuse each request: no such model, one that is no cross-encoder, or a wrong key."""


class IndexUnusable(PermanentError):
    """The deployment's vector index holds chunks of another model or chunking, or is being given up."""


class ArtifactsExpired(PermanentError):
    """The vectors of a dead-lettered version are no longer in the artifacts bucket: the document must be sent again."""


class ArtifactsInconsistent(PermanentError):
    """A version's intermediate files do not belong together; a new attempt writes them anew."""


class Superseded(BloomweaverError):
    """A newer operation on the document was accepted; this execution must not publish."""


class ObjectMissing(BloomweaverError):
    """No object lies under this key."""


class UploadTooLarge(BloomweaverError):
    """An uploaded content is larger than the limit."""


class InvalidCursor(BloomweaverError):
    """A cursor that no page gave out."""


class InvalidTopic(BloomweaverError):
    """A topic that nobody can watch. The message says why."""


class TicketRefused(BloomweaverError):
    """A connection's ticket was used before, is too old, or was never given. The message is for the log."""


class UnknownDocument(BloomweaverError):
    """No operation on this document was ever accepted."""


class NotServed(BloomweaverError):
    """The content was asked for of a document that serves no version, such as one that was deleted."""


class ContentNotKept(BloomweaverError):
    """The content was asked for of a document whose source is not there."""


class NotDeleted(BloomweaverError):
    """What became of a deletion was asked for of a document whose latest operation is none."""


class UnknownIndex(BloomweaverError):
    """No vector index of this name has a card."""


class UnknownQueue(BloomweaverError):
    """No dead letter queue has this name."""


class InapplicableFilter(BloomweaverError):
    """A redrive was asked to choose by something that the messages of its queue do not have."""


class UnknownRedrive(BloomweaverError):
    """No redrive of this name was ever started."""


class NotFailed(BloomweaverError):
    """A retry was asked for of a document whose latest operation did not fail."""


class BodyExpired(BloomweaverError):
    """A retry was asked for of a document whose request has expired, and which failed before it had a source."""


class UnknownRun(BloomweaverError):
    """No run of this id is known."""


class UnknownChat(BloomweaverError):
    """The caller has no chat of this id."""


class UnknownMessage(BloomweaverError):
    """The chat has no message of this id."""


class AnswerRunning(BloomweaverError):
    """A question was asked, or is to be answered anew, while one of the chat is being answered."""


class NotRunning(BloomweaverError):
    """An answer was to be stopped that is at its end."""


class AnswerWithheld(BloomweaverError):
    """The prompt was asked for of an answer that rests on a document which was deleted."""


class LimitReached(BloomweaverError):
    """The caller has asked as many questions in this minute, or used as many tokens today, as it may. `errors` names
    the limit.

    `limit` is its name, and `retry_after` in how many seconds it allows more.
    """

    def __init__(self, message: str, *, limit: str, retry_after: int) -> None:
        super().__init__(message)
        self.limit = limit
        self.retry_after = retry_after


class RebuildRunning(BloomweaverError):
    """A rebuild was asked for while another one is running."""


class ReindexUnderWay(BloomweaverError):
    """Another reindex runs. The message names it."""


class UnknownFolder(BloomweaverError):
    """A folder has no document, and none is below it."""


class FolderUnderChange(BloomweaverError):
    """A folder is being moved or deleted, or one that it lies in or that lies in it. The message names the run."""


class IndexInUse(BloomweaverError):
    """The deletion of an index was asked for that documents are, or may be, served from."""


class StaleSourceVersion(BloomweaverError):
    """A request's `source_version` is not newer than the one that was accepted last."""


class UnexpectedVersion(BloomweaverError):
    """A request's `expected_version` is not the latest one of the document."""


class DocumentDeleted(BloomweaverError):
    """The document was deleted, so nothing of it can be edited."""


class ModelUnavailable(BloomweaverError):
    """The search function cannot load the model of an index that documents are served from."""


class ConfigurationError(BloomweaverError):
    """A setting is missing or contradicts another. The message says which and what to do."""


class Unauthenticated(BloomweaverError):
    """A request does not prove who sent it. The message is for the log: a caller is not told what was wrong."""


class Forbidden(BloomweaverError):
    """A caller is known, and may not do this."""


class Replayed(BloomweaverError):
    """A signed request came before, or its id belongs to another one."""


class SigningKeysUnavailable(TransientError):
    """The issuer's public keys could not be fetched, or what it served are none."""
