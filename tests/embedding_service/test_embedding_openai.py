"""OpenAI's API, over real HTTP."""

import base64
from typing import Any

import httpx
import numpy as np
import pytest

from embedding_service.encoder.encoder import Encoder

SAME = 0.9995
TEXTS = ["a short one", "a longer one " * 30, "Käse 🧀 \x00"]


def post(url: str, **body: Any) -> httpx.Response:
    return httpx.post(f"{url}/v1/embeddings", json={"model": "minilm"} | body, timeout=60)


def vectors(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert [(one["object"], one["index"]) for one in data] == [("embedding", place) for place in range(len(data))]
    return np.array([one["embedding"] for one in data], np.float32)


def test_texts_give_the_encoders_vectors_and_the_tokens_read(service_url: str, encoder: Encoder) -> None:
    answer = post(service_url, input=TEXTS, user="someone", encoding_format="float")
    assert (vectors(answer) * encoder.encode(TEXTS)).sum(axis=1).min() >= SAME
    body = answer.json()
    tokens = sum(map(encoder.tokenizer.count, TEXTS))
    assert (body["object"], body["model"]) == ("list", "minilm")
    assert body["usage"] == {"prompt_tokens": tokens, "total_tokens": tokens}


def test_one_string_gives_one_vector(service_url: str) -> None:
    assert vectors(post(service_url, input="one")).shape == (1, 384)


def test_base64_holds_the_same_vectors(service_url: str) -> None:
    plain = vectors(post(service_url, input="one"))
    (packed,) = post(service_url, input="one", encoding_format="base64").json()["data"]
    np.testing.assert_allclose(np.frombuffer(base64.b64decode(packed["embedding"]), "<f4"), plain[0], atol=1e-6)


@pytest.mark.parametrize("special_tokens", [True, False])
def test_token_ids_give_the_vectors_of_their_texts(service_url: str, encoder: Encoder, special_tokens: bool) -> None:
    token_ids = encoder.tokenize(TEXTS)
    sent = token_ids if special_tokens else [ids[1:-1] for ids in token_ids]
    answer = post(service_url, input=sent)
    assert (vectors(answer) * encoder.encode(TEXTS)).sum(axis=1).min() >= SAME
    assert answer.json()["usage"]["prompt_tokens"] == sum(map(len, token_ids))
    single = vectors(post(service_url, input=sent[0]))
    assert float((single @ encoder.encode(TEXTS[:1]).T).item()) >= SAME


def test_the_model_has_two_names(service_url: str) -> None:
    answer = post(service_url, input="a", model="sentence-transformers/all-MiniLM-L6-v2")
    assert answer.json()["model"] == "sentence-transformers/all-MiniLM-L6-v2"
    (card,) = httpx.get(f"{service_url}/v1/models").json()["data"]
    assert (card["id"], card["object"], card["root"]) == ("minilm", "model", "sentence-transformers/all-MiniLM-L6-v2")
    for name in ("minilm", "sentence-transformers/all-MiniLM-L6-v2"):
        assert httpx.get(f"{service_url}/v1/models/{name}").json() == card


@pytest.mark.parametrize(
    ("body", "status", "param", "code", "named"),
    [
        ({"input": "a", "model": "text-embedding-3-small"}, 404, "model", "model_not_found", "text-embedding-3-small"),
        ({"input": "a", "model": "x" * 100_000}, 404, "model", "model_not_found", "xxx"),
        ({"input": "a", "model": None}, 400, "model", None, "model"),
        ({"input": "a", "dimensions": 64}, 400, "dimensions", None, "dimensions"),
        ({"input": "a", "encoding_format": "hex"}, 400, "encoding_format", None, "base64"),
        ({"input": "a", "truncate": True}, 400, "truncate", None, "truncate"),
        ({"input": "a", "user": 3}, 400, "user", None, "user"),
        ({}, 400, "input", None, "input"),
        ({"input": None}, 400, "input", None, "input"),
        ({"input": []}, 400, "input", None, "empty"),
        ({"input": ""}, 400, "input", None, "empty"),
        ({"input": ["a", ""]}, 400, "input", None, "empty"),
        ({"input": [[]]}, 400, "input", None, "empty"),
        ({"input": [[5], []]}, 400, "input", None, "empty"),
        ({"input": ["a", 3]}, 400, "input", None, "input"),
        ({"input": [1, [2]]}, 400, "input", None, "input"),
        ({"input": [1.5]}, 400, "input", None, "input"),
        ({"input": [True]}, 400, "input", None, "input"),
        ({"input": [30522]}, 400, "input", None, "token id 30522"),
        ({"input": [[7], [-1]]}, 400, "input", None, "text 1 has the token id -1"),
        ({"input": [10**30]}, 400, "input", None, "input"),
        ({"input": [7] * 255}, 400, "input", None, "257 tokens"),
        ({"input": "word " * 300}, 400, "input", None, "302 tokens"),
        ({"input": ["a"] * 10_000}, 400, "input", None, "10000"),
        ({"input": [7], "prompt_name": "query"}, 400, "prompt_name", None, "token ids"),
    ],
)
def test_bad_requests(
    service_url: str, body: dict[str, Any], status: int, param: str, code: str | None, named: str
) -> None:
    answer = post(service_url, **body)
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["code"]) == (status, param, code)
    assert error["type"] == "invalid_request_error"
    assert named in error["message"]
    assert len(error["message"]) < 400


def test_every_error_under_v1_has_openais_form(service_url: str) -> None:
    json_type = {"Content-Type": "application/json"}
    url = f"{service_url}/v1/embeddings"
    large = b'{"input": "' + b"a" * 6_000_000 + b'"}'
    for answer, status in (
        (httpx.get(f"{service_url}/v1/models/gpt"), 404),
        (httpx.get(f"{service_url}/v1/nowhere"), 404),
        (httpx.get(url), 405),
        (httpx.post(url, content=b'{"input":', headers=json_type), 400),
        (httpx.post(url, content=b'{"input": "\\ud800", "model": "minilm"}', headers=json_type), 400),
        (httpx.post(url, content=b'{"input": "a", "model": "minilm"}'), 415),
        (httpx.post(url, content=large, headers=json_type), 413),
        (httpx.post(url, content=iter([large]), headers=json_type), 413),
    ):
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
