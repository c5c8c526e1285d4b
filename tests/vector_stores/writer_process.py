"""A process of its own that writes to a store, for the tests with several processes.

`python -m tests.vector_stores.writer_process SETTINGS NAME COUNT`: opens the store, prints "ready", waits for a line on
standard input, upserts the documents NAME-0 to NAME-(COUNT - 1) of two chunks each, one call a document, deletes every
fourth of them again, and prints "done".
"""

import json
import sys

from bloomweaver.vector_stores import VectorStoreSettings, lance, open_vector_store
from tests.vector_stores.samples import chunk


def main() -> None:
    settings, name, count = sys.argv[1:]
    lance.COMMITS_BEFORE_OPTIMIZE = 8  # so that compactions happen meanwhile
    store = open_vector_store(VectorStoreSettings(**json.loads(settings)))
    store.ids("")
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(count)):
        doc_hash = f"{name}-{number}"
        chunks = [chunk(doc_hash, index) for index in range(2)]
        store.upsert(chunks)
        if number % 4 == 3:
            store.delete([one.id for one in chunks])
    print("done", flush=True)


if __name__ == "__main__":
    main()
