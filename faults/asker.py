"""Asks all the time, reads old answers again, and holds what it reads against the model."""

import random
import threading
import time
from dataclasses import dataclass
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from bloomweaver.chats.answers import ChatStarted, MessageAccepted, ShownMessage
from bloomweaver.chats.message import MessageStatus
from faults.answers import Answers
from faults.chat_model import ChatModel
from faults.model import Model
from faults.sender import Connect
from faults.workload import TOPICS

QUESTIONS_OF_A_CHAT = 3
READ_AGAIN = 3
"""Old answers that are read after each question."""
_LAST_WORD_SECONDS = 2.0
"""For so long a model is kept from its last word at most, from when it was asked."""
_ANSWER_SECONDS = 12.0
"""After that an answer is left, and looked at again when all is at rest."""
_SINGLED_OUT_SECONDS = 30.0
"""The same, where nothing fails and the answer is at stake."""
_AT_REST_SECONDS = 60.0
_PAUSE_SECONDS = 0.4

AnswerModel = TypeVar("AnswerModel", bound=BaseModel)


@dataclass(frozen=True)
class Asked:
    """A question that was accepted."""

    number: int
    chat_id: str
    message_id: str

    @property
    def path(self) -> str:
        """Where its answer is."""
        return f"chats/{self.chat_id}/messages/{self.message_id}"


class Asker:
    """Asks across all documents."""

    def __init__(
        self, connect: Connect, model: Model, answers: Answers, writer: ChatModel, seed: int, per_second: float
    ) -> None:
        self._connect = connect
        self._model = model
        self._answers = answers
        self._writer = writer
        self._chance = random.Random(f"asker-{seed}")
        self._pause = 1.0 / per_second
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._failures: list[BaseException] = []
        self._lock = threading.Lock()
        self._asked: list[Asked] = []
        self._numbers = 0
        self.endings: dict[MessageStatus, int] = {}
        """How many answers ended so."""
        self.reads = 0
        self.unanswered = 0
        """Requests that had no answer."""

    @property
    def asked(self) -> int:
        """How many questions were accepted."""
        return len(self._asked)

    def start(self, threads: int) -> None:
        """Ask with several threads until `stop`."""
        self._threads = [
            threading.Thread(target=self._work, args=(threads,), name=f"asker {number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End. Raises what one of the threads raised."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def finish(self) -> None:
        """Once all is at rest: one more question is answered, every answer has come to an end, and none says what it
        may not."""
        with self._connect() as http:
            asked = self._ask(http, self._chat(http))
            deadline = time.monotonic() + _AT_REST_SECONDS
            if asked is None or not self._answer(http, asked, _AT_REST_SECONDS):
                self._answers.unanswered(f"{asked or 'a question was refused'}, when all was well again")
            for each in list(self._asked):
                shown = self._read(http, each)
                while (shown is None or shown.status is MessageStatus.RUNNING) and time.monotonic() < deadline:
                    time.sleep(_PAUSE_SECONDS)
                    shown = self._read(http, each)
                if shown is None or shown.status is MessageStatus.RUNNING:
                    self._answers.lost(each.path, shown)

    def ask_and_hold(self, http: httpx.Client, folder: str) -> Asked | None:
        """Ask in a new chat about a folder, and return when all but the last word was written. None if there was no
        answer to it."""
        asked = self._ask(http, self._chat(http, folder))
        if asked is None or not self._writer.wait_until_asked(asked.number, _SINGLED_OUT_SECONDS):
            return None
        return asked

    def let_go(self, http: httpx.Client, asked: Asked) -> ShownMessage | None:
        """Have the last word written, and return the answer when it has ended. None if that did not happen."""
        return self._answer(http, asked, _SINGLED_OUT_SECONDS)

    def read(self, http: httpx.Client, asked: Asked) -> ShownMessage | None:
        """Read an answer again. None if there was no answer to that."""
        return self._read(http, asked)

    def _work(self, threads: int) -> None:
        try:
            with self._connect() as http:
                while not self._stop.is_set():
                    began = time.monotonic()
                    self._talk(http)
                    self._stop.wait(max(0.0, began + threads * self._pause - time.monotonic()))
        except BaseException as error:  # noqa: BLE001 - raised again by `stop`
            self._failures.append(error)

    def _talk(self, http: httpx.Client) -> None:
        """Ask some questions in one chat, and read some old answers after each."""
        chat_id = self._chat(http)
        with self._lock:
            questions = self._chance.randint(1, QUESTIONS_OF_A_CHAT)
        for _ in range(questions):
            asked = self._ask(http, chat_id)
            if asked is None:
                return
            with self._lock:
                held = self._chance.uniform(0.0, _LAST_WORD_SECONDS)
            self._writer.wait_until_asked(asked.number, held)
            answered = self._answer(http, asked, _ANSWER_SECONDS)
            with self._lock:
                again = [self._chance.choice(self._asked) for _ in range(READ_AGAIN)]
            for each in again:
                self._read(http, each)
            if answered is None or self._stop.is_set():
                return

    def _chat(self, http: httpx.Client, folder: str | None = None) -> str | None:
        started = self._call(http, ChatStarted, "POST", "chats", {"folder": folder} if folder else {})
        return started.chat_id if started else None

    def _ask(self, http: httpx.Client, chat_id: str | None) -> Asked | None:
        if chat_id is None:
            return None
        with self._lock:
            self._numbers += 1
            number = self._numbers
            topic = self._chance.choice(TOPICS)
        question = f"What do all the notes on the {topic} say is counted? (question {number})"
        accepted = self._call(http, MessageAccepted, "POST", f"chats/{chat_id}/messages", {"question": question})
        if accepted is None:
            self._writer.let_go(number)  # it may have been accepted all the same
            return None
        asked = Asked(number, chat_id, accepted.message_id)
        with self._lock:
            self._asked.append(asked)
        return asked

    def _answer(self, http: httpx.Client, asked: Asked, seconds: float) -> ShownMessage | None:
        """Let go of the last word, and read until the answer has ended, or for so long."""
        before = self._model.all_known()
        self._writer.let_go(asked.number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            shown = self._read(http, asked)
            if shown is not None and shown.status is not MessageStatus.RUNNING:
                kept = self._answers.kept(asked.chat_id, asked.message_id)
                if kept is not None:
                    self._answers.check_fenced(kept, before)
                with self._lock:
                    self.endings[shown.status] = self.endings.get(shown.status, 0) + 1
                return shown
            time.sleep(_PAUSE_SECONDS)
        return None

    def _read(self, http: httpx.Client, asked: Asked) -> ShownMessage | None:
        before = self._model.all_known()
        shown = self._call(http, ShownMessage, "GET", asked.path, None)
        if shown is not None:
            with self._lock:
                self.reads += 1
            self._answers.check_read(shown, before)
        return shown

    def _call(
        self, http: httpx.Client, model: type[AnswerModel], method: str, path: str, body: dict[str, object] | None
    ) -> AnswerModel | None:
        """The answer to a request that is made once. None if there was none, or another one than it should be."""
        try:
            response = http.request(method, path, json=body)
            if response.is_success:
                return model.model_validate_json(response.content)
        except (httpx.TransportError, ValidationError):
            pass  # the emulator answers nonsense for a function that is killed as it answers
        with self._lock:
            self.unanswered += 1
        return None
