"""application/pdf: text by page as people see it, what is said of losses, and every reason why there may be none."""

import zlib

import pytest

from bloomweaver.content import TextBlock, extract, pdf
from bloomweaver.errors import ExtractionFailed
from tests.content.documents import FIRST_OBJECT, PDF, encrypted, pdf_drawing, pdf_of, stream_of, text_of

ROSES = pdf_of(["Roses are red.", "Violets are blue.\nSo they say."])
BLOCKS = (TextBlock("Roses are red.", 1), TextBlock("Violets are blue.\nSo they say.", 2))
PIXEL = stream_of(
    b"\0", b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
)
IMAGE = b"/XObject << /I %d 0 R >>" % FIRST_OBJECT


def refusal(data: bytes) -> str:
    with pytest.raises(ExtractionFailed) as refused:
        extract(PDF, data)
    return str(refused.value)


def drawn(content: str, **parts: object) -> str:
    """The text of a page with these drawing instructions."""
    return text_of(PDF, pdf_drawing(content.encode(), **parts))  # type: ignore[arg-type]


def lines_at(*lines: tuple[float, float, str]) -> str:
    """Instructions that draw each text at its place."""
    shown = "".join(f"1 0 0 1 {x} {y} Tm ({text}) Tj " for x, y, text in lines)
    return f"BT /F 10 Tf {shown} ET"


def row_by_row(*columns: list[str], lowered: float = 0) -> str:
    """Columns of lines, drawn a row at a time; `lowered` is by how much each column stands below the one before."""
    return lines_at(
        *(
            (50 + 180 * column, 700 - 12 * row - lowered * column, texts[row])
            for row in range(max(map(len, columns)))
            for column, texts in enumerate(columns)
            if row < len(texts)
        )
    )


def with_meanings(*meanings: tuple[str, str]) -> dict[str, object]:
    """A font that says what its glyphs mean: codes and UTF-16, both in hexadecimal."""
    pairs = " ".join(f"<{code}> <{meaning}>" for code, meaning in meanings)
    table = f"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
        1 begincodespacerange <00> <ff> endcodespacerange
        {len(meanings)} beginbfchar {pairs} endbfchar
        1 beginbfrange <20> <7e> <0020> endbfrange endcmap end end"""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode %d 0 R >>" % FIRST_OBJECT
    return {"font": font, "objects": [stream_of(table.encode())]}


def test_each_page_is_a_block_with_its_number() -> None:
    extracted = extract(PDF, ROSES)

    assert extracted.blocks == BLOCKS
    assert not extracted.markdown
    assert extracted.warnings == ()


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("[(This)-300(chapter)-120(deals)] TJ", "This chapter deals"),
        ("[(A)80(V)-60(E)30(R)-90(A)74(G)-50(E)] TJ", "AVERAGE"),
        ("[(W)100(ater)-250(L)90(ily)] TJ", "Water Lily"),
        ("[(one)-333(\\(two)-20(\\))-120(,)-400(three)] TJ", "one (two), three"),
        ("3 Tc (CHAPTER ONE) Tj", "CHAPTER ONE"),
        ("8 Tw (wide spaces stay one) Tj", "wide spaces stay one"),
        ("(a) Tj 40 0 Td (b) Tj", "a b"),
        ("(to) Tj 8.3 0 Td (gether) Tj", "together"),
    ],
)
def test_gaps_are_spaces_and_kerning_is_not(shown: str, text: str) -> None:
    assert drawn(f"BT /F 10 Tf 50 700 Td {shown} ET") == text


@pytest.mark.parametrize("lowered", [0, 3])
def test_columns_that_are_drawn_row_by_row_come_one_after_the_other(lowered: float) -> None:
    left = ["The harbour master", "keeps the tide tables", "in the blue cabinet,", "which is locked."]
    right = ["Nobody but him has", "ever seen the key,", "and he does not", "lend it to anyone."]

    assert drawn(row_by_row(left, right, lowered=lowered)).split("\n") == [*left, *right]


def test_three_columns_of_different_lengths_come_one_after_the_other() -> None:
    columns = [
        [
            "Roses were grown in",
            "these gardens for two",
            "hundred years, until",
            "the frost of that one",
            "winter took them.",
        ],
        ["What was left of the", "beds was given to the", "village, and planted", "with beans."],
        ["Today a path leads", "along the old wall,", "and a sign tells of", "what grew here once."],
    ]

    assert drawn(row_by_row(*columns)).split("\n") == [line for column in columns for line in column]


def test_columns_stand_between_lines_that_cross_them() -> None:
    heading, footer = "A heading that goes over all of the page, from its left to its right", "12"
    left = ["The harbour master", "keeps the tide tables", "in the blue cabinet."]
    right = ["Nobody but him has", "ever seen the key to", "it, or asked for it."]
    page = lines_at((50, 730, heading)) + row_by_row(left, right) + lines_at((210, 640, footer))

    assert drawn(page).split("\n") == [heading, *left, *right, footer]


def test_columns_that_are_drawn_one_after_the_other_stay_so() -> None:
    left = ["Roses are red,", "violets are blue,", "sugar is sweet,"]
    right = ["and so are you,", "or so they say,", "who never ask."]
    page = lines_at(*((x, 700 - 12 * row, line) for x, c in ((50, left), (230, right)) for row, line in enumerate(c)))

    assert drawn(page).split("\n") == [*left, *right]


@pytest.mark.parametrize(
    "rows",
    [
        [("Name", "Year"), ("Peace", "1945"), ("Iceberg", "1958"), ("Tuscany", "1837")],
        [("Rosa gallica officinalis", "1241"), ("Rosa gallica versicolor", "1581"), ("Rosa alba", "1500")],
        [("quick and easy", "1 hour"), ("slow and careful", "2 hours"), ("none at all of it", "0 hours")],
        [("Old garden rose", "Grown for its scent"), ("Tea rose", "Grown in pots"), ("Dog rose", "Grows by itself")],
        [("-v", "print more of what is done"), ("-q", "print nothing but errors"), ("-h", "print this help and end")],
        [("The total of all items", "12.50"), ("and what was paid before", "2.50"), ("is what is left now", "10.00")],
    ],
)
def test_a_table_stays_row_by_row(rows: list[tuple[str, ...]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]

    assert drawn(row_by_row(*columns)).split("\n") == [" ".join(row) for row in rows]


def test_lines_with_wide_spaces_stay_as_they_are() -> None:
    lines = ["one  two", "three  four and so on", "five  six"]
    page = lines_at(*((50, 700 - 12 * row, line.replace("  ", " " * 9)) for row, line in enumerate(lines)))

    assert drawn(page).split("\n") == [line.replace("  ", " ") for line in lines]


@pytest.mark.parametrize("turn", ["0 1 -1 0 300 300", "0 -1 1 0 300 300", "-1 0 0 -1 300 300"])
def test_turned_text_is_read_along_its_lines(turn: str) -> None:
    page = f"BT /F 10 Tf {turn} Tm [(Sideways)-300(and)-120(read)] TJ 0 -12 Td (on the next line) Tj ET"

    assert drawn(page) == "Sideways and read\non the next line"


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("all regu-", "lations apply", "all regulations\napply"),
        ("all regu-", "lations, and", "all regulations,\nand"),
        ("ALL REGU-", "LATIONS APPLY", "ALL REGULATIONS\nAPPLY"),
        ("a state-of-", "the-art pump", "a state-of-the-art\npump"),
        ("a state-", "of-the-art pump", "a state-of-the-art\npump"),
        ("her mother-in-", "law came", "her mother-in-law\ncame"),
        ("send an e-", "mail now", "send an e-mail\nnow"),
        ("the Jean-", "Paul of", "the Jean-Paul\nof"),
        ("non-", "EU goods", "non-EU\ngoods"),
        ("of COVID-", "19 then", "of COVID-19\nthen"),
        ("first-", "and second-class", "first-\nand second-class"),
        ("a dash -", "like this", "a dash -\nlike this"),
        ("grade A-", "Grade B", "grade A-\nGrade B"),
    ],
)
def test_a_word_that_a_line_broke_is_whole(first: str, second: str, text: str) -> None:
    assert drawn(lines_at((50, 700, first), (50, 688, second))) == text


def test_a_compound_that_the_document_writes_elsewhere_keeps_its_hyphen() -> None:
    elsewhere = lines_at((50, 600, "the long-term plan"))

    assert drawn(lines_at((50, 700, "a long-"), (50, 688, "term view")) + elsewhere).startswith("a long-term\nview")


def test_words_that_lines_of_columns_broke_are_whole() -> None:
    left = ["The harbour master", "publishes all regu-", "lations on his door"]
    right = ["and nobody has ever", "taken them down, in", "spite of the weather."]

    assert "all regulations\non his door\nand nobody" in drawn(row_by_row(left, right))


@pytest.mark.parametrize("meaning", ["0000", "0001", "E001", "F8FF", "DB80DC00", "FFFF", "D800"])
def test_a_glyph_without_a_meaning_is_marked_and_counted(meaning: str) -> None:
    page = pdf_drawing(b"BT /F 10 Tf 50 700 Td (both o\\001er\\001) Tj ET", **with_meanings(("01", meaning)))  # type: ignore[arg-type]

    extracted = extract(PDF, page)

    assert [block.text for block in extracted.blocks] == ["both o\ufffder\ufffd"]
    [warning] = extracted.warnings
    assert warning.startswith("2 characters are lost on page 1")


def test_a_glyph_that_its_font_does_not_know_is_marked_and_counted() -> None:
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [1 /g23] >> >>"

    extracted = extract(PDF, pdf_drawing(b"BT /F 10 Tf 50 700 Td (both o\\001er) Tj ET", font=font))

    assert [block.text for block in extracted.blocks] == ["both o\ufffder"]
    assert len(extracted.warnings) == 1


def test_ligatures_and_characters_beyond_the_first_plane_are_read() -> None:
    meanings = with_meanings(("01", "00660066"), ("02", "FB03"), ("03", "D83CDF39"), ("04", "00AD"))

    assert drawn("BT /F 10 Tf 50 700 Td (o\\001er o\\002ce \\003 a\\004b) Tj ET", **meanings) == "offer office 🌹 a-b"


@pytest.mark.parametrize(
    "hidden",
    [
        "3 Tr (unseen) Tj 0 Tr",
        "q 3 Tr [(un)-20(seen)] TJ Q 0 Tr",
        "7 Tr (unseen) Tj 0 Tr",
        "/Clear gs (unseen) Tj /Opaque gs",
    ],
)
def test_text_that_is_never_painted_is_left_out(hidden: str) -> None:
    states = b"/ExtGState << /Clear << /ca 0 >> /Opaque << /ca 1 >> >>"
    content = f"BT /F 10 Tf 50 700 Td (seen) Tj 0 -12 Td {hidden} 0 -12 Td (too) Tj ET"

    assert drawn(content, resources=states) == "seen\ntoo"


def test_unpainted_text_over_a_scan_is_its_text_layer() -> None:
    scan = "q 600 0 0 800 0 0 cm /I Do Q BT /F 10 Tf 3 Tr 50 700 Td (recognised) Tj ET"

    assert drawn(scan, resources=IMAGE, objects=[PIXEL]) == "recognised"


def test_unpainted_text_beside_a_small_image_is_left_out() -> None:
    page = "q 90 0 0 20 40 695 cm /I Do Q BT /F 10 Tf 3 Tr 50 700 Td (in a figure) Tj 300 -200 Td (unseen) Tj ET"

    assert drawn(page, resources=IMAGE, objects=[PIXEL]) == "in a figure"


def test_a_document_whose_only_text_is_unpainted_has_none() -> None:
    assert "has no text" in refusal(pdf_drawing(b"BT /F 10 Tf 3 Tr 50 700 Td (unseen) Tj ET"))


def test_pages_without_text_are_named() -> None:
    pages = ["text" if number not in (2, 5, 6, 7, 10) else "" for number in range(1, 11)]

    assert extract(PDF, pdf_of(pages)).warnings == (
        "pages 2, 5-7, 10 of 10 have no text: scanned pages need text recognition (OCR) first",
    )
    assert extract(PDF, pdf_of(["text", ""])).warnings[0].startswith("page 2 of 2 has no text")


def test_the_names_of_many_pages_are_cut_short_but_counted() -> None:
    [warning] = extract(PDF, pdf_of(["text", ""] * 60)).warnings

    assert "38, 40 and 40 more of 120 have no text" in warning
    assert len(warning) < 250


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_document_with_a_password_is_refused(algorithm: str) -> None:
    data = encrypted(ROSES, user="secret", algorithm=algorithm)

    assert refusal(data) == "the PDF document is encrypted and asks for a password"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_document_that_opens_without_its_owners_password_is_read(algorithm: str) -> None:
    assert extract(PDF, encrypted(ROSES, user="", algorithm=algorithm)).blocks == BLOCKS


def test_scanned_pages_are_refused_with_what_to_do() -> None:
    assert refusal(pdf_of(["", ""])) == "the PDF document has no text: scanned pages need text recognition (OCR) first"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"no PDF at all", ROSES[:200], b"%PDF-1.4\n" + b"\0" * 500])
def test_a_broken_document_is_refused(data: bytes) -> None:
    assert refusal(data).startswith("the PDF document is broken: ")


def test_a_document_that_unpacks_to_more_memory_than_there_is_is_refused() -> None:
    bomb = pdf_drawing(b" " * 900_000_000)
    assert len(bomb) < 1_000_000

    assert "takes more than 1024 MiB once unpacked" in refusal(bomb)


def test_a_stream_compressed_again_and_again_is_read_or_refused() -> None:
    stream = zlib.compress(zlib.compress(b" " * 300_000_000, 9), 9)
    once = pdf_drawing(b"")
    empty = zlib.compress(b"", 9)
    twice = once.replace(
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s" % (len(empty), empty),
        b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s" % (len(stream), stream),
    )
    assert len(twice) < 10_000

    assert refusal(twice)


def test_a_document_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    roses = pdf_drawing(b"BT /F 12 Tf 10 10 Td (rose) Tj ET " * 200_000, pages=10)
    monkeypatch.setattr(pdf, "MAX_SECONDS", 1)

    assert refusal(roses) == "the PDF document takes more than 1 s to read"


def test_forms_that_draw_each_other_again_and_again_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # Ten forms, each of which draws the next one ten times: ten thousand million roses.
    forms = [
        stream_of(
            b"/N Do " * 10 if level < 9 else b"BT /F 12 Tf 10 10 Td (rose) Tj ET",
            b"/Type /XObject /Subtype /Form /BBox [0 0 600 800]"
            b" /Resources << /Font << /F 4 0 R >> /XObject << /N %d 0 R >> >>" % (FIRST_OBJECT + min(level + 1, 9)),
        )
        for level in range(10)
    ]
    bomb = pdf_drawing(b"/N Do " * 10, resources=b"/XObject << /N %d 0 R >>" % FIRST_OBJECT, objects=forms)
    monkeypatch.setattr(pdf, "MAX_SECONDS", 5)

    assert "takes more than" in refusal(bomb)


def test_the_reading_process_has_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    seen: dict[str, str] = {}
    run = pdf.subprocess.run

    def watched(command: list[str], **options: object) -> object:
        seen.update(options["env"])  # type: ignore[call-overload]
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(pdf.subprocess, "run", watched)

    assert extract(PDF, ROSES).blocks == BLOCKS
    assert not any(name.startswith("AWS_") for name in seen)
