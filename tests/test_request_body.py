"""What is said of a body that is none."""

import pytest

from bloomweaver.request_body import MalformedBody, parse

MALFORMED = {
    "no JSON": (b"{", "not JSON: .* at line 1 column 2"),
    "no UTF-8": (b'{"a": "\xff"}', "not UTF-8: .* at byte 7"),
    "no number": (b'{"a": NaN}', "NaN is no JSON number"),
    "an integer that Python reads in no time worth waiting for": (b'{"a": ' + b"9" * 5000 + b"}", "more digits"),
    "too deep": (b"[" * 100_000, "nested too deeply"),
    "no object": (b"[]", "not a JSON object"),
    "half a character": (b'{"a": "\\ud800"}', "lone surrogate"),
    "half a gzip file": (b"\x1f\x8b\x08", "cut off"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_body_that_is_none_is_told_why(name: str) -> None:
    data, why = MALFORMED[name]
    with pytest.raises(MalformedBody, match=why):
        parse(data, 1_000_000)
