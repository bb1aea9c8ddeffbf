"""Tables in files: every way that Norwegian spreadsheets write them, and what is not taken in."""

import io
import unicodedata
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.features.networks import sheet
from bot.features.networks.sheet import Line

ROWS = [["Navn", "Yrke"], ["Åse Bjørnø", "lege, «overlege»"], ["", ""], ["Pål 'Sør' O'Dea", "syke;pleier"]]
CELLS = [
    Line(1, ("Navn", "Yrke")),
    Line(2, ("Åse Bjørnø", "lege, «overlege»")),
    Line(4, ("Pål 'Sør' O'Dea", "syke;pleier")),
]


def as_text(delimiter: str) -> str:
    def cell(text: str) -> str:
        return f'"{text}"' if delimiter in text or "," in text else text

    return "\n".join(delimiter.join(cell(text) for text in row) for row in ROWS)


def excel(rows: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_comma_semicolon_and_tab_in_every_encoding(encoding: str, delimiter: str, ends: str) -> None:
    assert sheet.read(as_text(delimiter).replace("\n", ends).encode(encoding)) == CELLS


def test_the_first_sheet_of_excel() -> None:
    rows: Sequence[Sequence[object]] = [
        ["Navn", "Tall", "Dato"],
        ["Åse", 12.0, True],
        [None, None, None],
        ["Pål", 1.5, None],
    ]
    assert sheet.read(excel(rows)) == [
        Line(1, ("Navn", "Tall", "Dato")),
        Line(2, ("Åse", "12", "ja")),
        Line(4, ("Pål", "1.5")),
    ]


def test_excels_own_way_to_name_the_delimiter() -> None:
    assert sheet.read(b"sep=,\nnavn,yrke;er\nA,b;c\n") == [Line(2, ("navn", "yrke;er")), Line(3, ("A", "b;c"))]


def test_a_cell_with_a_line_break_is_one_line_and_the_numbers_are_those_of_the_file() -> None:
    assert sheet.read(b'navn;yrke\n"Kari\nNordmo";lege\nOla;lege\n') == [
        Line(1, ("navn", "yrke")),
        Line(2, ("Kari Nordmo", "lege")),
        Line(4, ("Ola", "lege")),
    ]


def refusal_of(content: bytes, most: int = 100) -> type[Refusal]:
    with pytest.raises(Refusal) as raised:
        sheet.read(content, most)
    assert raised.value.text
    assert "{" not in raised.value.text
    return type(raised.value)


def bomb() -> bytes:
    """Much nothing in some kilobytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "")
        packed.writestr("xl/worksheets/sheet1.xml", bytes(sheet.UNPACKED + 1))
    return file.getvalue()


def other_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("word/document.xml", "<w/>")
    return file.getvalue()


def cut_short() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("xl/workbook.xml", "<half")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"", sheet.NothingInIt),
        (b"\n;;\n  \n", sheet.NothingInIt),
        (b"\x89PNG\r\n\x1a\n\x00\x00", sheet.NotATable),
        (b"%PDF\x00\x81\x8d", sheet.NotATable),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", sheet.OldExcel),
        (b"PK\x03\x04 and then nothing", sheet.BrokenExcel),
        (cut_short(), sheet.BrokenExcel),
        (other_zip(), sheet.NotATable),
        (bomb(), sheet.TooLarge),
        (excel([["navn"], ["=1+1"]]), sheet.HasFormulas),
        (excel([["navn"], *([f"Nr {n}"] for n in range(102))]), sheet.TooLarge),
        (b"navn\n" + b"x\n" * 102, sheet.TooLarge),
        (b"navn\n" + b"x" * 3000, sheet.LongCell),
        (b'navn\n"' + b"x;" * 100_000, sheet.LongCell),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_is_no_table_is_refused_with_what_to_do(content: bytes, refused: type[Refusal]) -> None:
    assert refusal_of(content) is refused


def test_a_formula_is_named_by_its_cell() -> None:
    with pytest.raises(sheet.HasFormulas) as raised:
        sheet.read(excel([["navn", "yrke"], ["Kari", '=HYPERLINK("http://x")']]))
    assert "B2" in raised.value.text


def test_a_first_line_that_never_ends_is_told_as_a_long_cell() -> None:
    with pytest.raises(sheet.LongCell):
        sheet.read(b"a" * 200_000)


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")) | st.sampled_from("=+-@';,\" "), max_size=12
)
tables = st.lists(st.lists(texts, min_size=2, max_size=4), min_size=1, max_size=5)


def normal(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).split())


@settings(max_examples=60)
@given(tables)
def test_what_is_written_is_read_again_and_nothing_in_it_is_a_formula(rows: list[list[str]]) -> None:
    rows = [["navn", "", ""], *([normal(cell) for cell in row] for row in rows)]
    wanted = [tuple(row) for row in rows if any(row)]
    for content in (sheet.as_csv(rows), sheet.as_excel(rows, "Medlemmer")):
        found = [line.cells for line in sheet.read(content)]
        assert [padded(row) for row in found] == [padded(row) for row in wanted]
    for line in sheet.as_csv(rows).decode("utf-8-sig").splitlines():
        assert not line.lstrip('"').startswith(("=", "+", "-", "@"))


def padded(row: tuple[str, ...]) -> tuple[str, ...]:
    return row + ("",) * (6 - len(row))


@settings(max_examples=100)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        lines = sheet.read(content)
    except Refusal:
        return
    assert all(any(line.cells) for line in lines)
