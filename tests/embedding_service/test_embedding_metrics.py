"""What Prometheus reads."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.embedding_service.service_process import running_service


def samples(url: str) -> dict[tuple[str, ...], float]:
    """Values by name and the values of their labels."""
    answer = httpx.get(f"{url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_requests_texts_batches_and_the_queue_are_counted() -> None:
    with running_service() as (_, url):
        assert httpx.post(f"{url}/embed", json={"inputs": ["hello", "hello world"]}).status_code == 200
        assert httpx.post(f"{url}/embed", json={"inputs": ["word " * 200] * 4}, timeout=60).status_code == 200
        assert httpx.post(f"{url}/embed", json={"inputs": ""}).status_code == 400
        assert httpx.post(f"{url}/v1/embeddings", json={"input": "a", "model": "gpt"}).status_code == 404
        for number in range(5):
            httpx.get(f"{url}/nowhere/{number}")
            httpx.get(f"{url}/v1/models/{number}")
        seen = samples(url)
    assert seen["embedding_requests_total", "/embed", "200"] == 2
    assert seen["embedding_requests_total", "/embed", "400"] == 1
    assert seen["embedding_requests_total", "/v1/embeddings", "404"] == 1
    assert seen["embedding_requests_total", "unmatched", "404"] == 5
    assert seen["embedding_requests_total", "/v1/models/{model:path}", "404"] == 5
    assert seen["embedding_request_seconds_count", "/embed"] == 3
    assert (seen["embedding_texts_total",], seen["embedding_tokens_total",]) == (6, 3 + 4 + 4 * 202)
    batches = {lane: seen["embedding_batch_texts_count", lane] for lane in ("short", "bulk")}
    assert batches["short"] >= 1
    assert batches["bulk"] >= 1
    assert seen["embedding_batch_texts_sum", "bulk"] == 4
    assert seen["embedding_batch_tokens_sum", "bulk"] == 4 * 202
    assert seen["embedding_batch_seconds_count", "bulk"] == batches["bulk"]
    assert (seen["embedding_queue_tokens", "short"], seen["embedding_queue_tokens", "bulk"]) == (0, 0)
    assert seen["embedding_ready",] == 1
    assert seen["process_resident_memory_bytes",] > 0
    assert not any("nowhere" in "".join(key) for key in seen)
