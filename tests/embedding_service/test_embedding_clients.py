"""The clients that people have: OpenAI's SDK, Hugging Face's, LangChain."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import openai
import pytest
import tiktoken
from huggingface_hub import InferenceClient
from langchain_openai import OpenAIEmbeddings
from pydantic import SecretStr

from embedding_service.encoder.encoder import Encoder
from tests.embedding_service.service_process import running_service

TEXTS = ["how do I get a refund?", "the train to Geneva leaves from platform four"]
SAME = 0.9995


def assert_same(vectors: Any, encoder: Encoder, texts: list[str] = TEXTS) -> None:
    assert (np.array(vectors, np.float32) * encoder.encode(texts)).sum(axis=1).min() >= SAME


@pytest.fixture
def sdk(service_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{service_url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_openais_sdk(sdk: openai.OpenAI, encoder: Encoder) -> None:
    # Without a format, the SDK asks for base64 and unpacks it.
    answer = sdk.embeddings.create(model="minilm", input=TEXTS)
    assert_same([one.embedding for one in answer.data], encoder)
    assert answer.usage.total_tokens == sum(map(encoder.tokenizer.count, TEXTS))
    floats = sdk.embeddings.create(model="minilm", input=TEXTS, encoding_format="float")
    np.testing.assert_allclose(
        [one.embedding for one in floats.data], [one.embedding for one in answer.data], atol=1e-6
    )
    tokens = sdk.embeddings.create(model="minilm", input=encoder.tokenize(TEXTS))
    assert_same([one.embedding for one in tokens.data], encoder)


def test_openais_sdk_knows_the_errors(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        sdk.embeddings.create(model="gpt", input="a")
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as refused:
        sdk.embeddings.create(model="minilm", input="a", dimensions=64)
    assert refused.value.param == "dimensions"


def test_openais_sdk_knows_overload() -> None:
    with running_service(max_requests=1, max_queued_tokens=300) as (_, url):
        client = openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
        texts = ["word " * 100] * 2
        with client, ThreadPoolExecutor(16) as threads:
            calls = [threads.submit(client.embeddings.create, model="minilm", input=texts) for _ in range(16)]
            refused = [call.exception() for call in calls if call.exception()]
        assert refused
        for error in refused:
            assert isinstance(error, openai.RateLimitError)
            assert int(error.response.headers["retry-after"]) >= 2
            assert error.code == "rate_limit_exceeded"


def test_openais_sdk_lists_the_model(sdk: openai.OpenAI) -> None:
    (model,) = sdk.models.list().data
    assert sdk.models.retrieve(model.id).id == "minilm"


@pytest.mark.parametrize("path", ["", "/embed"])
def test_hugging_faces_client(service_url: str, encoder: Encoder, path: str) -> None:
    client = InferenceClient(model=f"{service_url}{path}", token="none")
    for text in TEXTS:
        assert_same(client.feature_extraction(text, truncate=True, normalize=True), encoder, [text])
    cut = client.feature_extraction("word " * 300, truncate=True, truncation_direction="Right", prompt_name="query")
    assert cut.shape == (1, 384)


def langchain(url: str, **options: Any) -> OpenAIEmbeddings:
    return OpenAIEmbeddings(model="minilm", base_url=f"{url}/v1", api_key=SecretStr("none"), max_retries=0, **options)


def test_langchain_with_texts(service_url: str, encoder: Encoder) -> None:
    embeddings = langchain(service_url, check_embedding_ctx_length=False)
    # More than LangChain sends in one request.
    many = [str(number) for number in range(1001)]
    assert_same(embeddings.embed_documents(many), encoder, many)
    assert_same([embeddings.embed_query(TEXTS[0])], encoder, TEXTS[:1])


class ModelsTokens:
    """The model's own tokenizer with the one method that LangChain calls of a tiktoken encoding."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def encode_ordinary(self, text: str) -> list[int]:
        return self._encoder.tokenize([text])[0][1:-1]


def test_langchain_with_token_ids_of_the_models_vocabulary(
    service_url: str, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiktoken, "encoding_for_model", lambda _: ModelsTokens(encoder))
    assert_same(langchain(service_url).embed_documents(TEXTS), encoder)


def test_langchain_with_token_ids_of_another_vocabulary_is_refused(
    service_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What LangChain does unless told otherwise: it sends the ids of OpenAI's vocabulary, here one of its 100,000 words.
    words = {bytes([byte]): byte for byte in range(256)} | {b"refund": 41253}
    foreign = tiktoken.Encoding("foreign", pat_str=r"\w+|\W", mergeable_ranks=words, special_tokens={})
    monkeypatch.setattr(tiktoken, "encoding_for_model", lambda _: foreign)
    with pytest.raises(openai.BadRequestError, match=r"token id 41253.*vocabulary is 0 to 30521"):
        langchain(service_url).embed_documents(["refund"])
