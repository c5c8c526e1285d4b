"""What changes after a cursor, until some time: told over a connection, or asked for where none can be had."""

import time
from collections.abc import Generator, Sequence

from bloomweaver.models import folder_path
from cli.client import Api, ApiError
from cli.live.events import Event, LiveError, Missed, Noted, Told
from cli.live.feed import Feed
from cli.live.known import Known

PING_SECONDS = 20.0
"""Somebody waits: a message that was lost should not cost them a minute."""
ASK_SECONDS = 1.0


def topic_of(folder: str, doc_hashes: Sequence[str]) -> str:
    """The narrowest topic of these documents, which are all in the folder or below it."""
    if len(doc_hashes) == 1:
        return f"document:{doc_hashes[0]}"
    return "documents" if folder == folder_path.ROOT else f"folder:{folder}"


def follow(api: Api, topic: str, cursor: str, until: float) -> Generator[Event]:
    """What happens under a topic after the cursor, until a time of `time.monotonic`.

    Where no connection can be had, or not again, that is said, and GET /changes is asked. Raises `ApiError` where that
    does not answer either.
    """
    known = Known(cursor)
    try:
        feed = Feed(api.live_ticket, [topic], known=known, until=until, gives_up=True, ping_seconds=PING_SECONDS)
        yield from feed.events()
    except (LiveError, ApiError) as error:
        yield Noted(f"{error}; waiting with GET /changes instead")
        yield from _asked(api, topic, known, until)


def _asked(api: Api, topic: str, known: Known, until: float) -> Generator[Event]:
    while True:
        left = until - time.monotonic()
        page = api.changes(topic, after=known.cursor)
        messages = (message.model_dump(mode="json") for message in page.messages)
        yield from (Told(message) for message in messages if known.add(message))
        known.cursor = page.cursor
        if page.reload:
            yield Missed()
        if left <= 0:
            return
        if not page.more:
            time.sleep(min(ASK_SECONDS, left))
