"""A model's stream as words and citations: the same however it is cut, and never half a key."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bloomweaver.answering.citation_stream import CitationStream
from bloomweaver.answering.keys import KEY, new_keys
from bloomweaver.chats.message import Cited, Words

ONE, TWO, MADE_UP = "ref-aaaaaa", "ref-bbbbb2", "ref-zzzzzz"
PLACES = {ONE: 0, TWO: 1}


def said(pieces: Iterable[str]) -> list[str | tuple[int, ...]]:
    """What comes of a stream, words that belong together as one."""
    stream = CitationStream(PLACES)
    found: list[str | tuple[int, ...]] = []
    for part in (*(part for piece in pieces for part in stream.feed(piece)), *stream.end()):
        if isinstance(part, Cited):
            found.append(part.references)
        elif found and isinstance(found[-1], str):
            found[-1] += part.text
        else:
            found.append(part.text)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Water boils [{ONE}].", ["Water boils ", (0,), "."]),
        (f"It boils [{ONE}, {TWO}].", ["It boils ", (0, 1), "."]),
        (f"It boils [{ONE}][{TWO}].", ["It boils ", (0,), (1,), "."]),
        (f"It boils [{ONE}; {ONE}]", ["It boils ", (0,)]),
        (f"It boils [ {ONE.upper()} ]", ["It boils ", (0,)]),
        (f"水は沸騰する【{ONE}】。", ["水は沸騰する", (0,), "。"]),
        (f"It boils ({TWO}).", ["It boils ", (1,), "."]),
        (f"As {ONE} says.", ["As ", (0,), " says."]),
        (f"It ends with {ONE}", ["It ends with ", (0,)]),
        (f"- a [{ONE}]\n- b [{TWO}]", ["- a ", (0,), "\n- b ", (1,)]),
        (f"```\nx[{ONE}] = a[0]\n```", ["```\nx", (0,), " = a[0]\n```"]),
        (f"Made up [{MADE_UP}]!", ["Made up !"]),
        (f"Both [{MADE_UP}, {TWO}]", ["Both ", (1,)]),
        ("Half [ref-aaa", ["Half [ref-aaa"]),
        (f"Open [{ONE}", ["Open [", (0,)]),
        (f"Not one: x{ONE}, {ONE}x, {ONE}-y", [f"Not one: x{ONE}, {ONE}x, {ONE}-y"]),
        ("A list [1], [a, b] and an array[ref]", ["A list [1], [a, b] and an array[ref]"]),
        (f"[{ONE} {TWO}]", [(0, 1)]),
        ("", []),
    ],
)
def test_keys_become_citations_and_all_else_stays(text: str, expected: list[object]) -> None:
    assert said([text]) == expected
    assert said(text) == expected  # letter by letter


_PARTS = st.sampled_from(
    [
        ONE,
        TWO,
        MADE_UP,
        ONE.upper(),
        "ref-",
        "ref",
        "r",
        "[",
        "]",
        "【",
        "】",
        "(",
        ")",
        ",",
        ";",
        " ",
        "\n",
        "```",
        "x",
        "-",
    ]
)
TEXTS = st.lists(st.one_of(_PARTS, st.text(max_size=3)), max_size=25).map("".join)


@given(TEXTS, st.data())
def test_however_the_stream_is_cut_the_same_comes_out(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert said(pieces) == said([text])


@given(TEXTS)
def test_nothing_of_a_key_that_is_cited_is_ever_let_go(text: str) -> None:
    whole = [part for part in said([text]) if isinstance(part, str)]
    stream = CitationStream(PLACES)
    shown = ""
    for letter in text:
        shown += "".join(part.text for part in stream.feed(letter) if isinstance(part, Words))
        # What was let go is never taken back.
        assert "".join(whole).startswith(shown)


@given(st.lists(st.one_of(st.text(max_size=8), st.just(f"[{MADE_UP}]")), max_size=10))
def test_made_up_keys_are_counted_and_nothing_else_is_lost(parts: Sequence[str]) -> None:
    stream = CitationStream({})
    text = "|".join(parts)
    shown = "".join(part.text for part in (*stream.feed(text), *stream.end()) if isinstance(part, Words))
    if "ref-" not in text.replace(f"[{MADE_UP}]", "").lower():
        assert shown == text.replace(f"[{MADE_UP}]", "")
        assert stream.made_up == text.count(f"[{MADE_UP}]")


def test_keys_are_of_their_form_and_none_comes_twice() -> None:
    keys = new_keys()
    first = [next(keys) for _ in range(500)]
    assert len(set(first)) == 500
    assert all(KEY.fullmatch(key) for key in first)


def test_a_key_that_was_drawn_is_drawn_again() -> None:
    letters = iter("aaaaaaaaaaaabbbbbb")
    keys = new_keys(lambda _: next(letters))
    assert [next(keys), next(keys)] == ["ref-aaaaaa", "ref-bbbbbb"]
