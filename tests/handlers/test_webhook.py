"""POST /webhook: what is taken, and what is refused with the field named and nothing written."""

import base64
import gzip
import json
import sys
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bloomweaver.errors import StorageUnavailable
from tests.examples import examples
from tests.handlers.conftest import REGION, Services, call
from wiring import dependencies

GOOD: dict[str, Any] = {
    "operation": "CREATE",
    "doc_hash": "doc-1",
    "content_type": "text/plain",
    "content": "Some text.",
}


def webhook(body: Any, **more: Any) -> Any:
    return call("webhook", "POST", "/webhook", body, **more)


def test_accepted_operation_lies_in_s3_in_the_table_and_in_its_queue(services: Services) -> None:
    answer = webhook(GOOD, headers={"X-Correlation-Id": "trace-7"})
    assert answer.status == 202
    assert answer.body == {"doc_hash": "doc-1", "version": 1, "operation": "CREATE", "status": "queued"}
    assert services.messages() == [
        {"operation": "CREATE", "doc_hash": "doc-1", "version": 1, "attempt": 0, "correlation_id": "trace-7"}
    ]
    (key,) = services.artifact_keys()
    stored = boto3.client("s3", region_name=REGION).get_object(Bucket="artifacts", Key=key)["Body"].read()
    assert json.loads(stored) == GOOD


def test_correlation_id_comes_from_the_gateway_if_the_client_gives_none_or_a_strange_one(services: Services) -> None:
    assert webhook(GOOD).headers["X-Correlation-Id"] == "gateway-1"
    strange = webhook({**GOOD, "doc_hash": "b"}, headers={"X-Correlation-Id": 'x"}\n{"level":"ERROR"'})
    assert strange.headers["X-Correlation-Id"] == "gateway-1"


def test_operations_go_to_their_own_queues(services: Services) -> None:
    webhook(GOOD)
    webhook({**GOOD, "operation": "INSERT", "content": "Other text."})
    webhook({"operation": "DELETE", "doc_hash": "doc-1"})
    client = boto3.client("sqs", region_name=REGION)
    counts = {
        name: client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
        for name, url in services.queue_urls.items()
    }
    assert {name: count["ApproximateNumberOfMessages"] for name, count in counts.items()} == {
        "create": "1",
        "update": "1",
        "delete": "1",
    }


@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip"}])
def test_gzip_is_told_by_its_first_bytes(services: Services, headers: dict[str, str]) -> None:
    assert webhook(gzip.compress(json.dumps(GOOD).encode()), headers=headers).status == 202


def test_gzip_of_several_members_is_one_body(services: Services) -> None:
    text = json.dumps(GOOD).encode()
    assert webhook(gzip.compress(text[:20]) + gzip.compress(text[20:])).status == 202


def test_base64_content_equals_the_same_text(services: Services) -> None:
    webhook(GOOD)
    encoded = {**GOOD, "content_base64": base64.b64encode(b"Some text.").decode()}
    del encoded["content"]
    answer = webhook(encoded)
    assert (answer.status, answer.body["status"], answer.body["version"]) == (200, "unchanged", 1)


def test_content_type_may_have_parameters(services: Services) -> None:
    assert webhook({**GOOD, "content_type": "Text/Plain; charset=utf-8"}).status == 202


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


BAD: dict[str, tuple[Any, int, str]] = {
    "no JSON": ("{", 400, "body"),
    "empty": (b"", 400, "body"),
    "not UTF-8": (b"\xff\xfe{", 400, "body"),
    "a JSON array": ("[]", 400, "body"),
    "a JSON string": ('"text"', 400, "body"),
    "NaN": ('{"operation": NaN}', 400, "body"),
    "deeply nested": ("[" * 100_000, 400, "body"),
    "an integer without end": ('{"source_version": ' + "9" * 5000 + "}", 400, "body"),
    "truncated gzip": (gzip.compress(json.dumps(GOOD).encode())[:-9], 400, "body"),
    "gzip that is none": (b"\x1f\x8bnonsense", 400, "body"),
    "gzip bomb": (gzip.compress(b" " * 5_000_000), 413, "body"),
    "too large": (b" " * 100_001, 413, "body"),
    "unknown operation": ({**GOOD, "operation": "UPSERT"}, 422, "operation"),
    "no operation": (_without("operation"), 422, "operation"),
    "operation of another type": ({**GOOD, "operation": 1}, 422, "operation"),
    "no doc_hash": (_without("doc_hash"), 422, "doc_hash"),
    "empty doc_hash": ({**GOOD, "doc_hash": ""}, 422, "doc_hash"),
    "doc_hash with a slash": ({**GOOD, "doc_hash": "a/b"}, 422, "doc_hash"),
    "doc_hash with a newline": ({**GOOD, "doc_hash": "a\n"}, 422, "doc_hash"),
    "doc_hash too long": ({**GOOD, "doc_hash": "a" * 129}, 422, "doc_hash"),
    "doc_hash of another type": ({**GOOD, "doc_hash": 5}, 422, "doc_hash"),
    "two contents": ({**GOOD, "content_base64": "aGk="}, 422, "content"),
    "no content": (_without("content"), 422, "content"),
    "no content type": (_without("content_type"), 422, "content_type"),
    "unknown content type": ({**GOOD, "content_type": "image/png"}, 415, "content_type"),
    "content of another type": ({**GOOD, "content": 5}, 422, "content"),
    "lone surrogate": (
        '{"operation": "CREATE", "doc_hash": "d", "content_type": "text/plain", "content": "\\ud800"}',
        400,
        "body",
    ),
    "broken base64": ({**_without("content"), "content_base64": "!!!"}, 422, "content_base64"),
    "cut base64": ({**_without("content"), "content_base64": "aGk"}, 422, "content_base64"),
    "reference to elsewhere": ({**_without("content"), "content_ref": "raw/other/key"}, 422, "content_ref"),
    "reference of no key's form": ({**_without("content"), "content_ref": "uploads/../raw"}, 422, "content_ref"),
    "reference too long": ({**_without("content"), "content_ref": f"uploads/{'a' * 1100}"}, 422, "content_ref"),
    "reference to nothing": ({**_without("content"), "content_ref": "uploads/none"}, 422, "content_ref"),
    "metadata nested": ({**GOOD, "metadata": {"a": {"b": 1}}}, 422, "metadata"),
    "metadata list of numbers": ({**GOOD, "metadata": {"a": [1]}}, 422, "metadata"),
    "metadata null": ({**GOOD, "metadata": {"a": None}}, 422, "metadata"),
    "metadata too large": ({**GOOD, "metadata": {"a": "x" * 17_000}}, 422, "metadata"),
    "metadata key too long": ({**GOOD, "metadata": {"x" * 129: 1}}, 422, "metadata"),
    "metadata key of a filter": ({**GOOD, "metadata": {"$and": 1}}, 422, "metadata"),
    "metadata integer that would change": ({**GOOD, "metadata": {"a": 2**60}}, 422, "metadata"),
    "metadata number beyond all bounds": (
        '{"operation": "CREATE", "doc_hash": "d", "content_type": "text/plain", "content": "x",'
        ' "metadata": {"a": 1e999}}',
        422,
        "metadata",
    ),
    "metadata a list": ({**GOOD, "metadata": []}, 422, "metadata"),
    "title of another type": ({**GOOD, "title": ["a"]}, 422, "title"),
    "title too long": ({**GOOD, "title": "x" * 1025}, 422, "title"),
    "language of another type": ({**GOOD, "language": 7}, 422, "language"),
    "language by its name": ({**GOOD, "language": "German"}, 422, "language"),
    "language empty": ({**GOOD, "language": ""}, 422, "language"),
    "language with an underscore": ({**GOOD, "language": "de_AT"}, 422, "language"),
    "language with a brace": ({**GOOD, "language": "{x}"}, 422, "language"),
    "source_version a text": ({**GOOD, "source_version": "5"}, 422, "source_version"),
    "source_version a fraction": ({**GOOD, "source_version": 1.5}, 422, "source_version"),
    "source_version a truth value": ({**GOOD, "source_version": True}, 422, "source_version"),
    "source_version too large": ({**GOOD, "source_version": 2**63}, 422, "source_version"),
    "unknown field": ({**GOOD, "metdata": {}}, 422, "metdata"),
    "delete with content": ({**GOOD, "operation": "DELETE"}, 422, "content"),
    "delete of an unknown document": ({"operation": "DELETE", "doc_hash": "nobody"}, 404, "doc_hash"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_request_names_the_field_and_writes_nothing(services: Services, case: str) -> None:
    body, status, field = BAD[case]
    answer = webhook(body)
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["status"] == status
    assert field in [error["field"] for error in answer.body["errors"]]
    assert all(error["detail"] for error in answer.body["errors"])
    assert services.record_count() == 0
    assert services.artifact_keys() == []
    assert services.messages() == []


def test_older_source_version_is_a_conflict_and_writes_nothing(services: Services) -> None:
    webhook({**GOOD, "source_version": 5})
    services.messages()
    keys = services.artifact_keys()
    answer = webhook({**GOOD, "content": "Older text.", "source_version": 4})
    assert answer.status == 409
    assert answer.body["errors"][0]["field"] == "source_version"
    assert services.artifact_keys() == keys
    assert services.messages() == []


def test_every_fault_is_named_at_once(services: Services) -> None:
    answer = webhook({**GOOD, "operation": "X", "doc_hash": "a b", "title": 3})
    assert {error["field"] for error in answer.body["errors"]} == {"operation", "doc_hash", "title"}


def test_failure_of_a_service_answers_503_and_the_repetition_heals_it(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Down:
        def send(self, message: object) -> None:
            raise StorageUnavailable("sending the message: refused")

    with monkeypatch.context() as patch:
        patch.setattr(dependencies, "queue", Down)
        answer, second = webhook(GOOD), webhook(GOOD)
    assert answer.status == 503
    assert (answer.headers["Retry-After"], second.headers["Retry-After"]) == ("1", "2")
    assert services.record_count() == 1, "the record is there, the message is not"
    del sys.modules["webhook.handler"]
    answer = webhook(GOOD)
    assert (answer.status, answer.body["status"]) == (200, "unchanged")
    assert [message["version"] for message in services.messages()] == [1]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=8,
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "operation": st.sampled_from(["CREATE", "UPDATE", "DELETE", "INSERT", "x"]) | json_values,
        "doc_hash": st.from_regex(r"\A[A-Za-z0-9_-]{1,20}\Z") | json_values,
        "content_type": st.sampled_from(["text/plain", "application/pdf", "x/y"]) | json_values,
        "content": st.text(max_size=50) | json_values,
        "content_base64": st.text(max_size=10) | json_values,
        "content_ref": st.text(max_size=10) | json_values,
        "title": json_values,
        "metadata": st.dictionaries(st.text(max_size=5), json_values, max_size=4) | json_values,
        "source_version": st.integers() | json_values,
    },
)


@given(body=bodies)
@hypothesis_settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_object_is_accepted_or_refused_with_a_field(services: Services, body: dict[str, Any]) -> None:
    answer = webhook(body)
    assert answer.status in {200, 202, 404, 409, 415, 422}, answer.body
    if answer.status >= 400:
        assert answer.body["errors"][0]["field"]


@given(data=st.binary(max_size=200))
@hypothesis_settings(
    max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_are_refused_in_words(services: Services, data: bytes) -> None:
    for body in (data, gzip.compress(data), b"\x1f\x8b" + data):
        answer = webhook(body)
        assert answer.status in {400, 422}
        assert answer.body["detail"]
