"""Searches all the time, and holds every answer against the model."""

import random
import threading
import time
from collections.abc import Sequence

import httpx
from pydantic import ValidationError

from bloomweaver.search.answer import SearchAnswer
from bloomweaver.search.request import Mode
from faults.model import Known, Model
from faults.sender import Connect
from faults.workload import TOPICS

BROAD_TOP_K = 50
DOCUMENT_TOP_K = 20
PAGES_MAX = 3
QUERY = "a note"


class Searcher:
    """Asks for single documents, whole, and across all of them."""

    def __init__(self, connect: Connect, model: Model, documents: Sequence[str], seed: int, per_second: float) -> None:
        self._connect = connect
        self._model = model
        self._documents = documents
        self._chance = random.Random(f"searcher-{seed}")
        self._pause = 1.0 / per_second
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.answered = 0
        self.hits = 0
        self.unanswered = 0
        self._failures: list[BaseException] = []

    def start(self, threads: int) -> None:
        """Search with several threads until `stop`."""
        self._threads = [
            threading.Thread(target=self._work, args=(threads,), name=f"searcher {number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End all searches. Raises what one of them raised."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def _work(self, threads: int) -> None:
        try:
            with self._connect() as http:
                while not self._stop.is_set():
                    began = time.monotonic()
                    self._search(http)
                    self._stop.wait(max(0.0, began + threads * self._pause - time.monotonic()))
        except BaseException as error:  # noqa: BLE001 - raised again by `stop`
            self._failures.append(error)

    def _search(self, http: httpx.Client) -> None:
        with self._lock:
            broad = self._chance.random() < 0.3
            place = int(len(self._documents) * self._chance.random() ** 2)  # more often those that change more often
            topic = self._chance.choice(TOPICS)
            mode = self._chance.choice(list(Mode))
            pages = self._chance.randint(1, PAGES_MAX)
        if broad:
            self._ask_for_pages(http, {"query": f"a note on the {topic}", "mode": mode}, pages)
            return
        doc_hash = self._documents[place]
        self.ask_for(http, doc_hash, mode)

    def _ask_for_pages(self, http: httpx.Client, request: dict[str, object], pages: int) -> None:
        """Ask across all documents, several pages of one search. The same few are asked over and over, so that
        answers come out of the cache too."""
        request = {**request, "top_k": BROAD_TOP_K // pages}
        for _ in range(pages):
            answer = self._ask(http, request, self._model.all_known(), None)
            if answer is None or answer.cursor is None:
                return
            request = {**request, "cursor": answer.cursor}

    def ask_for(self, http: httpx.Client, doc_hash: str, mode: Mode = Mode.HYBRID) -> SearchAnswer | None:
        """Ask for all of a document: every part has words of the query. Returns none if there is no answer."""
        request = {"query": QUERY, "top_k": DOCUMENT_TOP_K, "filter": {"document": doc_hash}, "mode": mode}
        return self._ask(http, request, {doc_hash: self._model.known(doc_hash)}, doc_hash)

    def _ask(
        self, http: httpx.Client, request: dict[str, object], before: dict[str, Known], whole: str | None
    ) -> SearchAnswer | None:
        try:
            response = http.post("search", json=request)
        except httpx.TransportError:
            response = None
        if response is None or response.status_code != 200:
            self._note_no_answer()
            return None
        try:
            answer = SearchAnswer.model_validate_json(response.content)
        except ValidationError:  # the emulator answers so for a function that is killed as it answers
            self._note_no_answer()
            return None
        self._model.searched(answer.results, before, whole=whole)
        with self._lock:
            self.answered += 1
            self.hits += len(answer.results)
        return answer

    def _note_no_answer(self) -> None:
        # Under faults a search may go without an answer. A wrong one it may not give.
        with self._lock:
            self.unanswered += 1
