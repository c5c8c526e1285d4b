"""Signatures: the attack table, and that they are those of Standard Webhooks."""

import base64
import gzip
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from bloomweaver.auth.headers import Headers
from bloomweaver.auth.signatures import TOLERANCE_SECONDS, parse_secrets, signature, verify
from bloomweaver.errors import ConfigurationError, Unauthenticated

NOW = int(time.time())
SECRET = bytes(range(32))
PREVIOUS = bytes(range(32, 64))
BODY = b'{"operation": "DELETE", "doc_hash": "note-1"}'


def signed(
    body: bytes = BODY,
    *,
    id_: str = "msg_1",
    timestamp: int | None = None,
    secret: bytes | None = None,
    **headers: str | list[str],
) -> Headers:
    """Headers of a good request, but for those that are given."""
    timestamp = NOW if timestamp is None else timestamp
    secret = SECRET if secret is None else secret
    good: dict[str, str | list[str]] = {
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, id_, timestamp, body),
    }
    changed = good | {name.replace("_", "-"): value for name, value in headers.items()}
    return {name: value if isinstance(value, list) else [value] for name, value in changed.items()}


def without(name: str) -> Headers:
    return {other: value for other, value in signed().items() if other != name}


def good_signature(**changes: int) -> str:
    return signed(**changes)["webhook-signature"][0]  # type: ignore[arg-type]


def other_letters(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "".join(chr(0x660 + digit) for digit in range(10))))


ATTACKS: dict[str, Callable[[], Headers]] = {
    "no headers": dict,
    "no id": lambda: without("webhook-id"),
    "no timestamp": lambda: without("webhook-timestamp"),
    "no signature": lambda: without("webhook-signature"),
    "an empty signature": lambda: signed(webhook_signature=""),
    "a version and no signature": lambda: signed(webhook_signature="v1,"),
    "a signature without its version": lambda: signed(webhook_signature=good_signature().removeprefix("v1,")),
    "a signature of another version": lambda: signed(webhook_signature=good_signature().replace("v1,", "v1a,")),
    "half a signature": lambda: signed(webhook_signature=good_signature()[:-10]),
    "a signature with something behind it": lambda: signed(webhook_signature=good_signature() + "A"),
    "a signature that is no ASCII": lambda: signed(webhook_signature="v1,\u00e9\u0416"),
    "a signature of another body": lambda: signed(BODY + b" "),
    "a signature of no body": lambda: signed(b""),
    "a signature with another secret": lambda: signed(secret=bytes(32)),
    "a signature with no secret": lambda: signed(secret=b""),
    "a signature of another id": lambda: signed(webhook_id="msg_2"),
    "a signature of another time": lambda: signed(webhook_timestamp=str(NOW + 1)),
    "an old timestamp": lambda: signed(timestamp=NOW - TOLERANCE_SECONDS - 60),
    "a timestamp of the future": lambda: signed(timestamp=NOW + TOLERANCE_SECONDS + 60),
    "a timestamp in milliseconds": lambda: signed(timestamp=NOW * 1000),
    "a timestamp that is no number": lambda: signed(webhook_timestamp="now"),
    "a timestamp with a sign": lambda: signed(webhook_timestamp=f"+{NOW}"),
    "a timestamp with a fraction": lambda: signed(webhook_timestamp=f"{NOW}.0"),
    "a timestamp in other digits": lambda: signed(webhook_timestamp=other_letters(str(NOW))),
    "a timestamp without end": lambda: signed(webhook_timestamp="1" * 5000),
    "the id twice": lambda: signed(webhook_id=["msg_1", "msg_1"]),
    "the timestamp twice": lambda: signed(webhook_timestamp=[str(NOW), str(NOW)]),
    "the signature twice": lambda: signed(webhook_signature=[good_signature(), good_signature()]),
    "the signature twice, joined": lambda: signed(webhook_signature=f"{good_signature()}, {good_signature()}"),
    "the id twice, joined": lambda: signed(webhook_id="msg_1, msg_1"),
    "an id with a dot": lambda: signed(id_=f"msg_1.{NOW}"),
    "an id without end": lambda: signed(id_="m" * 5000),
    "an empty id": lambda: signed(id_=""),
    "a hundred signatures": lambda: signed(webhook_signature=" ".join([good_signature()] * 100)),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_bad_signature_is_refused(name: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(ATTACKS[name](), BODY, [SECRET], NOW)


@given(st.text(), st.text(), st.text(), st.binary())
def test_any_headers_are_refused(id_: str, timestamp: str, given_signature: str, body: bytes) -> None:
    headers = {"webhook-id": [id_], "webhook-timestamp": [timestamp], "webhook-signature": [given_signature]}
    with pytest.raises(Unauthenticated):
        verify(headers, body, [SECRET], NOW)


@given(st.binary(max_size=200), st.integers(0, 199), st.integers(1, 255))
def test_a_changed_byte_is_refused(body: bytes, place: int, change: int) -> None:
    changed = bytearray(body or b"x")
    changed[place % len(changed)] ^= change
    with pytest.raises(Unauthenticated):
        verify(signed(body or b"x"), bytes(changed), [SECRET], NOW)


@pytest.mark.parametrize("seconds", [-TOLERANCE_SECONDS, 0, TOLERANCE_SECONDS])
def test_a_good_signature_names_the_delivery(seconds: int) -> None:
    delivery = verify(signed(timestamp=NOW + seconds), BODY, [SECRET], NOW)
    assert (delivery.id, delivery.timestamp) == ("msg_1", NOW + seconds)


@pytest.mark.parametrize("seconds", [-TOLERANCE_SECONDS - 1, TOLERANCE_SECONDS + 1])
def test_a_signature_is_good_for_five_minutes(seconds: int) -> None:
    with pytest.raises(Unauthenticated):
        verify(signed(timestamp=NOW + seconds), BODY, [SECRET], NOW)


@pytest.mark.parametrize("body", [BODY, gzip.compress(BODY, mtime=0), b"", bytes(range(256))])
def test_the_body_is_signed_as_it_is_sent(body: bytes) -> None:
    assert verify(signed(body), body, [SECRET], NOW)


def test_both_secrets_of_a_rotation_are_good() -> None:
    for secret in (SECRET, PREVIOUS):
        assert verify(signed(secret=secret), BODY, [SECRET, PREVIOUS], NOW)
    with pytest.raises(Unauthenticated):
        verify(signed(secret=PREVIOUS), BODY, [SECRET], NOW)


def test_one_of_several_signatures_is_enough() -> None:
    other = signature(PREVIOUS, "msg_1", NOW, BODY)
    headers = signed(webhook_signature=f"v1a,abc {other} {good_signature()} v2,def")
    assert verify(headers, BODY, [SECRET], NOW)


def test_signatures_are_those_of_standard_webhooks() -> None:
    theirs = Webhook(f"whsec_{base64.b64encode(SECRET).decode()}")
    made = theirs.sign("msg_1", datetime.fromtimestamp(NOW, UTC), BODY.decode())
    assert made == signature(SECRET, "msg_1", NOW, BODY)
    assert verify(signed(webhook_signature=made), BODY, [SECRET], NOW)


def encoded(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def test_secrets_are_read_with_and_without_their_prefix() -> None:
    text = json.dumps({"current": f"whsec_{encoded(SECRET)}", "previous": encoded(PREVIOUS)})
    assert parse_secrets(text) == [SECRET, PREVIOUS]
    assert parse_secrets(json.dumps({"current": encoded(SECRET), "previous": ""})) == [SECRET]
    assert parse_secrets(json.dumps({"current": encoded(SECRET)})) == [SECRET]


@pytest.mark.parametrize(
    "text",
    ["", "whsec_abc", "[]", "{}", '{"current": ""}', '{"current": "hunter2"}', '{"current": "aHVudGVyMg=="}',
     json.dumps({"previous": encoded(SECRET)}), json.dumps({"current": encoded(bytes(65))}),
     json.dumps({"current": encoded(SECRET), "prevoius": encoded(PREVIOUS)}),
     json.dumps({"current": encoded(SECRET), "previous": "hunter2"})],
)  # fmt: skip
def test_a_secret_that_cannot_be_read_is_told_in_a_sentence_that_does_not_show_it(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_secrets(text)
    assert "webhook secret" in str(caught.value)
    for shown in ("hunter2", "aHVudGVyMg", encoded(SECRET)):
        assert shown not in str(caught.value)
