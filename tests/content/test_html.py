"""text/html: its structure as Markdown, its text in its own charset."""

import re

import pytest

from bloomweaver.content import extract
from bloomweaver.errors import ExtractionFailed
from tests.content.documents import text_of


def markdown(html: str) -> str:
    return text_of("text/html", html.encode())


def test_it_is_markdown() -> None:
    assert extract("text/html", b"<p>Roses").markdown


def test_headings_lists_tables_and_code_keep_their_structure() -> None:
    html = """
    <h1>Roses</h1><p>They are <b>red</b>,<br>or <a href="https://example.org/white">white</a>.</p>
    <h2>Kinds</h2><ul><li>Tea rose<ul><li>yellow</li></ul></li><li>Dog rose</li></ul><ol><li>first</li></ol>
    <table><tr><th>Name</th><th>Year</th></tr><tr><td>Peace</td><td>1945</td></tr></table>
    <pre><code>def water():
        return "rose"</code></pre><blockquote>A rose is a rose.</blockquote>
    """
    assert markdown(html) == (
        "# Roses\n\nThey are red,\nor white.\n\n## Kinds\n\n- Tea rose\n  - yellow\n- Dog rose\n\n1. first\n\n"
        "| Name | Year |\n| --- | --- |\n| Peace | 1945 |\n\n"
        '```\ndef water():\n        return "rose"\n```\n\n> A rose is a rose.'
    )


def test_what_is_no_text_is_dropped() -> None:
    html = """<html><head><style>p { color: red }</style><script>var x = 1</script><meta name="d" content="m"></head>
    <body><nav><a href="/">Home</a></nav><!-- a comment --><noscript>Enable scripts</noscript><svg><text>s</text></svg>
    <template>t</template><button>Buy</button><p>Roses</p></body></html>"""

    assert markdown(html) == "Roses"


def test_an_image_is_its_description() -> None:
    assert markdown('<p>See <img src="data:image/png;base64,AAAA" alt="a rose"> here.') == "See a rose here."


def test_the_title_heads_a_page_that_has_no_heading_of_its_own() -> None:
    assert markdown("<title>Roses &amp; trees</title><h2>Red</h2>") == "# Roses & trees\n\n## Red"
    assert markdown("<title>Site - Roses</title><h1>Roses</h1><p>Red.") == "# Roses\n\nRed."


def test_end_tags_may_be_left_out() -> None:
    assert markdown("<p>Red." * 3_000).count("Red.") == 3_000
    assert markdown("<ul>" + "<li>Red." * 3_000 + "</ul>").splitlines() == ["- Red."] * 3_000


def test_characters_that_markdown_knows_are_not_escaped() -> None:
    assert markdown("<p>snake_case * 2 &lt; 3 [a] #1 &#x1F339;</p>") == "snake_case * 2 < 3 [a] #1 🌹"


def test_a_document_of_the_xml_kind_is_read() -> None:
    assert (
        markdown('<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><p>Rosé</p>')
        == "Rosé"
    )


@pytest.mark.parametrize(
    ("declaration", "codec", "text"),
    [
        ('<meta charset="windows-1251">', "cp1251", "Розы красные"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">', "cp932", "薔薇は赤い"),
        ('<meta charset="iso-8859-1">', "cp1252", "“Rosé” 5 €"),
        ('<?xml version="1.0" encoding="gb2312"?>', "gbk", "玫瑰是红色的"),
        ('<meta charset="iso-2022-jp">', "iso2022_jp", "薔薇は赤い"),
        ('<meta charset="utf-8">', "utf-8", "Rosé"),
        ("", "utf-8", "Rosé"),
        ('<meta charset="utf-16">', "utf-8", "Rosé"),
        ('<meta charset="windows-1251">', "utf-8", "Розы: a page that came as a string in JSON"),
        ('<meta charset="windows-1251">', "utf-8-sig", "Розы"),
        ('<meta charset="windows-1251">', "utf-16", "Розы"),
    ],
)
def test_the_declared_charset_is_read(declaration: str, codec: str, text: str) -> None:
    assert text_of("text/html", f"{declaration}<p>{text}</p>".encode(codec)) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<meta charset="klingon"><p>Roses', "unknown charset 'klingon'"),
        (b"<p>caf\xe9", "byte 6 is not UTF-8"),
        (b'<meta charset="shift_jis"><p>\x81', "byte 29 is not CP932"),
    ],
)
def test_a_page_in_no_known_charset_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ExtractionFailed, match=reason):
        extract("text/html", data)


def test_deep_nesting_is_read_or_refused_but_never_cut() -> None:
    assert markdown("<div>" * 100 + "deep" + "</div>" * 100 + "<p>after") == "deep\n\nafter"

    with pytest.raises(ExtractionFailed, match="nested too deeply"):
        extract("text/html", b"<div>" * 20_000 + b"deep")


BLOCKS = (
    "header footer main aside article section nav figure figcaption details summary fieldset legend form address "
    "center hgroup search menu blockquote pre ul ol dl dt dd li table p h2 div"
)


@pytest.mark.parametrize("block", BLOCKS.split())
def test_words_of_neighbouring_blocks_never_touch(block: str) -> None:
    html = f"before<{block}>alpha</{block}><{block}>beta</{block}>after<{block}></{block}>end"

    words = re.findall(r"\w+", markdown(html))

    assert [word for word in words if word in ("before", "alpha", "beta", "after", "end")] == (
        ["before", "after", "end"] if block == "nav" else ["before", "alpha", "beta", "after", "end"]
    )
    assert set(words) <= {"before", "alpha", "beta", "after", "end", "1"}


def test_words_beside_what_is_no_text_never_touch() -> None:
    assert markdown("<p>red<button>Buy</button>rose<input>tree<br>leaf<select><option>x</select>bud") == (
        "red rose tree\nleaf bud"
    )
    assert markdown("<span style='display: block'>red</span><span style='display:block'>rose</span>") == "red\n\nrose"


def test_parts_of_a_word_stay_together() -> None:
    assert markdown("<p>un<b>believ</b><wbr>able<script>x</script>, re<span>do</span>") == "unbelievable, redo"


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>unseen</p>",
        "<p hidden='until-found'>unseen</p>",
        "<p style='display:none'>unseen</p>",
        "<div style='color: red; DISPLAY : None !important; display: block'><p>unseen</p></div>",
        "<p style='visibility:hidden'>unseen</p>",
        "<p style='visibility: collapse'><b>unseen</b></p>",
        "<p style='opacity:0'>unseen</p>",
        "<p style='font-size:0px'>unseen</p>",
        "<dialog>unseen</dialog>",
        "<div popover>unseen</div>",
        "<template>unseen</template>",
        "<datalist><option>unseen</option></datalist>",
        "<p style='visibility:hidden'><img alt='unseen'></p>",
    ],
)
def test_what_a_reader_cannot_see_is_left_out(hidden: str) -> None:
    assert markdown(f"<p>seen</p>{hidden}<p>too</p>") == "seen\n\ntoo"


def test_what_says_of_itself_that_it_is_shown_is_read() -> None:
    html = """<div style="visibility:hidden">unseen <p style="visibility: visible">seen</p></div>
    <dialog open>open</dialog><details><summary>more</summary>folded</details>
    <p style="display: none; display: block">shown</p><p style="opacity: 0.5">pale</p>"""

    assert markdown(html).split() == ["seen", "open", "more", "folded", "shown", "pale"]


def test_an_exponent_stays_one() -> None:
    assert markdown("<p>10<sup>2</sup> m, 1<sup>st</sup>, H<sub>2</sub>O") == "10² m, 1st, H2O"
