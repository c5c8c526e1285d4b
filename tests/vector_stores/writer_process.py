"""A process of its own that writes to a store, for the tests with several processes.

`python -m tests.vector_stores.writer_process SETTINGS NAME COUNT [tell]`: opens the store, prints "ready", waits for a
line on standard input, upserts the documents NAME-0 to NAME-(COUNT - 1) of two chunks each, one call a document,
deletes every fourth of them again, and prints "done". Each document has a keyword of its own and the keyword "all".
With `tell`, it prints "wrote NUMBER" and "deleted NUMBER" after each call.
"""

import json
import sys

from bloomweaver.vector_stores import VectorStoreSettings, lance_upkeep, open_vector_store
from tests.vector_stores.samples import chunk


def keyword(name: str, number: int) -> str:
    """The keyword that this document alone has."""
    return f"{name}{number}"


def is_deleted(number: int) -> bool:
    """Whether a document is deleted after it was written."""
    return number % 4 == 3


def main() -> None:
    settings, name, count, *tell = sys.argv[1:]
    lance_upkeep.COMMITS_BEFORE_OPTIMIZE_SMALL = 8  # so that compactions happen meanwhile
    store = open_vector_store(VectorStoreSettings(**json.loads(settings)))
    store.ids("")
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(count)):
        doc_hash = f"{name}-{number}"
        chunks = [chunk(doc_hash, index, keywords=f"all {keyword(name, number)}") for index in range(2)]
        store.upsert(chunks)
        if tell:
            print("wrote", number, flush=True)
        if is_deleted(number):
            store.delete([one.id for one in chunks])
            if tell:
                print("deleted", number, flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    main()
