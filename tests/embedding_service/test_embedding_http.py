"""What the service answers, over real HTTP."""

import json
from typing import Any

import httpx
import numpy as np
import pytest

from embedding_service.encoder.encoder import Encoder
from tests.embedding_service.service_process import running_service

JSON = {"Content-Type": "application/json"}


def post(url: str, body: dict[str, Any] | bytes, headers: dict[str, str] = JSON) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(f"{url}/embed", content=content, headers=headers, timeout=60)


def test_health_ready_and_info(service_url: str) -> None:
    assert httpx.get(f"{service_url}/health").status_code == 200
    assert httpx.get(f"{service_url}/ready").status_code == 200
    info = httpx.get(f"{service_url}/info").json()
    assert info.pop("model_dtype") in {"bf16", "f32"}
    assert info == {
        "model_id": "sentence-transformers/all-MiniLM-L6-v2",
        "model": "minilm",
        "engine": "openvino",
        "int8_loss": None,
        "dimension": 384,
        "max_input_length": 256,
        "max_client_batch_size": 2048,
        "prompts": {"query": "", "passage": ""},
    }


def test_every_answer_says_which_model_it_comes_from(service_url: str) -> None:
    answers = [
        post(service_url, {"inputs": "one"}),
        post(service_url, {"inputs": "word " * 300}),
        post(service_url, b"{"),
        httpx.post(f"{service_url}/v1/embeddings", json={"model": "minilm", "input": "one"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 413, 400, 200]
    for answer in answers:
        assert answer.headers["x-model"] == "minilm"
        assert answer.headers["x-model-id"] == "sentence-transformers/all-MiniLM-L6-v2"


def test_info_says_what_int8_loses() -> None:
    with running_service(precision="int8") as (_, url):
        info = httpx.get(f"{url}/info").json()
    assert info["model_dtype"] == "int8"
    assert 0.99 <= info["int8_loss"]["worst"] <= info["int8_loss"]["mean"] < 0.9999


def test_vectors_are_those_of_the_encoder(service_url: str, encoder: Encoder) -> None:
    texts = ["a short one", "a longer one " * 30, "Käse 🧀 \x00", "   "]
    answer = post(service_url, {"inputs": texts})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    vectors = np.array(answer.json(), np.float32)
    assert vectors.shape == (4, 384)
    assert (vectors * encoder.encode(texts)).sum(axis=1).min() >= 0.9995


def test_one_string_gives_a_list_of_one_vector(service_url: str) -> None:
    vectors = post(service_url, {"inputs": "one", "prompt_name": "passage", "truncate": None}).json()
    assert np.array(vectors).shape == (1, 384)


def test_normalisation_can_be_left_out(service_url: str) -> None:
    raw = np.array(post(service_url, {"inputs": "one", "normalize": False, "prompt_name": "query"}).json())
    assert abs(np.linalg.norm(raw) - 1) > 0.1


def test_a_long_text_is_refused_or_cut(service_url: str) -> None:
    inputs = ["short", "word " * 300]
    refused = post(service_url, {"inputs": inputs})
    assert refused.status_code == 413
    assert refused.json()["error"].startswith("text 1 has 302 tokens, but the model reads 256 at most")
    assert len(post(service_url, {"inputs": inputs, "truncate": True}).json()) == 2


@pytest.mark.parametrize(
    ("body", "status", "error_type", "named"),
    [
        ({"inputs": []}, 400, "Empty", "inputs"),
        ({"inputs": ""}, 400, "Empty", "inputs"),
        ({"inputs": ["a", ""]}, 400, "Empty", "inputs"),
        ({}, 422, "Validation", "inputs"),
        ({"inputs": None}, 422, "Validation", "inputs"),
        ({"inputs": 3}, 422, "Validation", "inputs"),
        ({"inputs": ["a", 3]}, 422, "Validation", "inputs"),
        ({"inputs": [["a"]]}, 422, "Validation", "inputs"),
        ({"inputs": "a", "truncate": "yes"}, 422, "Validation", "truncate"),
        ({"inputs": "a", "normalize": None}, 422, "Validation", "normalize"),
        ({"inputs": "a", "prompt_name": "title"}, 422, "Validation", "prompt_name"),
        ({"inputs": "a", "dimensions": 64}, 422, "Validation", "dimensions"),
        ({"inputs": "a", "x" * 100_000: 64}, 422, "Validation", "x"),
        ({"inputs": ["a"] * 2049}, 413, "Validation", "2049"),
        (b'["a"]', 422, "Validation", "dictionary"),
        (b"", 422, "Validation", "required"),
        (b'{"inputs":', 400, "Validation", "JSON"),
        (b'{"inputs": NaN}', 400, "Validation", "JSON"),
        (b'{"inputs": "\xff"}', 400, "Validation", "JSON"),
        (b'{"inputs": "\\ud800"}', 400, "Validation", "JSON"),
        (b'{"inputs": ["a", "b\\udc00"]}', 400, "Validation", "JSON"),
        (b'{"inputs": "a", "\\ud800": 1}', 400, "Validation", "JSON"),
        (b'{"inputs": "a", "prompt_name": "\\ud800"}', 400, "Validation", "JSON"),
        (b"[" * 100_000, 400, "Validation", "JSON"),
    ],
)
def test_bad_requests(service_url: str, body: dict[str, Any] | bytes, status: int, error_type: str, named: str) -> None:
    answer = post(service_url, body)
    error = answer.json()
    assert (answer.status_code, error["error_type"]) == (status, error_type)
    assert named in error["error"]
    assert len(error["error"]) < 300


def test_a_body_of_another_type_is_refused(service_url: str) -> None:
    for headers in ({}, {"Content-Type": "text/plain"}):
        answer = post(service_url, b'{"inputs": "a"}', headers)
        assert (answer.status_code, answer.json()["error_type"]) == (415, "Validation")


def test_a_body_that_is_too_large_is_refused_with_and_without_a_length(service_url: str) -> None:
    body = b'{"inputs": "' + b"a" * 6_000_000 + b'"}'
    assert post(service_url, body).status_code == 413
    pieces = (body[start : start + 65536] for start in range(0, len(body), 65536))
    assert httpx.post(f"{service_url}/embed", content=pieces, headers=JSON).status_code == 413


def test_unknown_paths_and_methods_have_the_same_form_of_error(service_url: str) -> None:
    assert httpx.get(f"{service_url}/nowhere").json() == {"error": "Not Found", "error_type": "Validation"}
    answer = httpx.get(f"{service_url}/embed")
    assert (answer.status_code, answer.json()["error_type"], answer.headers["allow"]) == (405, "Validation", "POST")
