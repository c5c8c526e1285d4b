"""Cursors: read as they were given out, and nothing else is one."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.errors import InvalidCursor
from bloomweaver.live.cursor import Cursor
from tests.live.memory_live import Time

TIME = Time()


def encoded(**fields: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()


def test_a_cursor_is_read_as_it_was_given_out() -> None:
    first = Cursor.before(TIME.at(100))
    later = first.further(TIME.at(99), "x" * 128, TIME.at(101))
    for cursor in (first, later, later.done(TIME.at(110))):
        assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "é", "=" * 600, base64.urlsafe_b64encode(b"[]").decode()),
        encoded(doc_hash="doc", status="indexed", updated_at=TIME()),  # of GET /documents
        encoded(of="0123456789abcdef", after="doc"),  # of a list of a folder
        encoded(of="changes"),
        encoded(of="changes", time="yesterday"),
        encoded(of="changes", time="2026-13-41T00:00:00.000000+00:00"),
        encoded(of="changes", time=TIME(), more=1),
        encoded(of="changes", time=TIME(), doc_hash="x" * 129),
    ],
)
def test_what_nobody_gave_out_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        Cursor.parse(text)


@given(st.text() | st.binary().map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_whatever_is_given_is_a_cursor_or_refused(text: str) -> None:
    try:
        cursor = Cursor.parse(text)
    except InvalidCursor:
        return
    assert Cursor.parse(str(cursor)) == cursor
