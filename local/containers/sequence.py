"""The order in which the functions are invoked, each with `events/NAME.json`, and what their results have to say.

One document goes all the way: it is accepted, claimed, fails, is accepted again as version 2, and is indexed, found and
read. So every function finds the state that it would find on AWS.
"""

from dataclasses import dataclass

from local.config import REPOSITORY

EVENTS = REPOSITORY / "events"
TOKEN_PLACE = "Bearer TOKEN"


@dataclass(frozen=True)
class Step:
    """A function, by the folder of its handler, and a text that its result contains, or the error that it ends with."""

    function: str
    says: str = ""
    raises: str = ""

    def event(self, token: str) -> str:
        """Its event, as JSON. `token` is that of the caller, if the function looks at it: no file could hold one for
        long."""
        return (EVENTS / f"{self.function}.json").read_text().replace(TOKEN_PLACE, f"Bearer {token}")


STEPS = (
    Step("health", "ok"),
    Step("authorizer", "execute-api:Invoke"),
    Step("uploads", "content_ref"),
    Step("webhook", "queued"),
    Step("claim", "processing"),
    Step("record_failure", "{}"),
    Step("retry", "queued"),
    Step("chunk", '"chunk_count": 1'),
    Step("wake", '"state": "none"'),
    Step("embed", '"embedded": 1'),
    Step("pinecone_writer", "written"),
    Step("s3_writer", "written"),
    Step("publish", '"status": "indexed"'),
    Step("settle", '"status": "indexed"'),
    Step("documents", '"status": "indexed"'),
    Step("edit", "unchanged"),
    Step("listing"),
    # Of a state machine of another stack than the one that it runs in: it is let go.
    Step("run_changes"),
    Step("runs", "next_cursor"),
    Step("metrics", "as_of"),
    Step("live", "ticket"),
    Step("connection", "200"),
    # Nobody watches.
    Step("tell"),
    Step("search", "blue cabinet"),
    Step("chats", "chat_id"),
    # Of a chat that was deleted: nobody waits for an answer.
    Step("retrieve", raises="AnswerOvertaken"),
    Step("generate", raises="AnswerOvertaken"),
    Step("fence", raises="AnswerOvertaken"),
    Step("store", raises="AnswerOvertaken"),
    Step("mend", '"outcome": "mended"'),
    Step("dispatch", '"batchItemFailures": []'),
    Step("dead_letters", "queues"),
    Step("redrive", "redriven"),
    Step("compare", '"documents": 1'),
    Step("reconcile", "running"),
    Step("prepare_rebuild", "max_concurrency"),
    Step("restore", '"restored": 1'),
    Step("verify_rebuild", '"unrestored": 0'),
    Step("rebuild", "running"),
    Step("indexes", '"deployed": "bloomweaver"'),
    # A reindex is named anew each time: this event is of one that was overtaken.
    Step("move", raises="ReindexOvertaken"),
    Step("reindex", "running"),
    Step("change_folder", raises="FolderChangeOvertaken"),
    Step("folder_changes", "running"),
    Step("sweep", "{"),
    Step("audit", "retryDocument"),
)
