"""Documents to look at: folders, titles and metadata as people have them, and one that fails."""

from collections.abc import Iterator
from typing import Any

from bloomweaver.models.record import Status
from cli.client import Api
from tests.e2e.waiting import wait_for

INDEXED_SECONDS = 120.0
_TOPICS = {
    "/guides/garden": ["Roses", "Herbs", "Soil", "Watering", "Pruning", "Compost"],
    "/guides/harbour": ["Tide tables", "Moorings", "Pilots", "Signals", "Ferries"],
    "/handbook": ["Opening hours", "Lost property", "Fire drill", "Keys", "Visitors", "Parking"],
    "/handbook/people": ["Holidays", "Sick leave", "Pay", "Training"],
    "/press": ["Annual report", "Anniversary", "New wing"],
}
FAILING = "annual-figures"
HOSTILE = "hostile"
HOSTILE_TITLE = '<img src=x onerror="document.title=1"> ' + "a title that goes on for longer than anybody reads " * 6


def documents() -> Iterator[dict[str, Any]]:
    """The requests, as the webhook takes them. The oldest is the one that is hard to show."""
    yield {
        "operation": "CREATE",
        "doc_hash": HOSTILE,
        "content_type": "text/html",
        "content": "<h1>Lanterns</h1><p>The amber lanterns hang in the hall.</p><script>document.title = 1</script>",
        "title": HOSTILE_TITLE,
        "folder": "/" + "warehouse-with-a-long-name-" * 4 + "/<b>bold</b>",
        "metadata": {"<i>": "<script>document.title = 1</script>", "long": "lantern" * 60},
    }
    for folder, titles in _TOPICS.items():
        for number, title in enumerate(titles):
            topic = title.lower()
            yield {
                "operation": "CREATE",
                "doc_hash": f"{folder.strip('/').replace('/', '-')}-{topic.replace(' ', '-')}",
                "content_type": "text/markdown",
                "content": f"# {title}\n\nWhat the warden has to know of {topic}. On Sundays nobody asks for {topic}, "
                f"and the blue cabinet holds the notes.\n\n## Who asks\n\nVisitors ask for {topic} at the desk. "
                "Each question is written into the book, with the hour and the answer.\n",
                "title": title,
                "folder": folder,
                "metadata": {"lang": "en", "year": 2020 + number, "tags": ["public", topic.split()[0]]},
            }
    yield {
        "operation": "CREATE",
        "doc_hash": FAILING,
        "content_type": "application/pdf",
        "content": "<html><body>This is no PDF.</body></html>",
        "title": "Annual figures",
        "folder": "/press",
    }


def fill(api: Api) -> None:
    """Send them, and wait until nothing is on its way."""
    for request in documents():
        api.submit(request)
    settled(api)


def settled(api: Api) -> None:
    """Wait until nothing is on its way, and the lists have it."""
    total = len(list(documents()))

    def done() -> bool:
        counts = api.counts().documents
        waiting = counts[Status.QUEUED] + counts[Status.PROCESSING] + counts[Status.DELETING]
        listed = api.folders("/").documents
        return waiting == 0 and listed == total - counts[Status.DELETED]

    wait_for(done, INDEXED_SECONDS, "nothing is on its way, and the lists have all")


def listed(api: Api, folder: str, documents: int) -> None:
    """Wait until the lists have so many in the folder."""
    wait_for(lambda: api.folders(folder).documents == documents, INDEXED_SECONDS, f"{folder} has {documents} documents")
