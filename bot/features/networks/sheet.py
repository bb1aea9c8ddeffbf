"""A table in a file → lines of cells, and back. Pure: bytes or text go in."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from bot.chat.grammar import fold
from bot.chat.inbound import clean
from bot.errors import Refusal
from bot.language import _

MOST_LINES = 20_000
MOST_COLUMNS = 60
LONGEST_CELL = 2_000  # characters
UNPACKED = 40 * 1024 * 1024  # bytes of an Excel file when it is unpacked; 20,000 members are some 12 MB
ENTRIES = 500  # parts of an Excel file
DELIMITERS = ";\t,"
_OLE = b"\xd0\xcf\x11\xe0"  # Excel before 2007, and whatever has a password
_INERT = re.compile(
    r"'*[=+\-@\t\r]"
)  # what a spreadsheet takes for a formula, https://owasp.org/www-community/attacks/CSV_Injection
_MADE_INERT = re.compile(r"'+[=+\-@]")
_FORMULA = "f"  # openpyxl's type of such a cell


class NotATable(Refusal):
    """Fila er verken CSV eller Excel. Lagre lista som «CSV UTF-8» eller .xlsx, og prøv igjen."""


class OldExcel(Refusal):
    """Dette er en eldre Excel-fil, eller en med passord. Lagre den som .xlsx uten passord, og prøv igjen."""


class BrokenExcel(Refusal):
    """Excel-fila kan ikke leses. Åpne den i Excel, lagre den på nytt som .xlsx, og prøv igjen."""


class TooLarge(Refusal):
    """Lista er for stor: den kan ha {most} linjer. Del den i flere, eller be drift bruke «fagtraad admin»."""


class HasFormulas(Refusal):
    """Celle {cell} er en formel. Kopier cellene, lim dem inn igjen som verdier, og prøv igjen."""


class LongCell(Refusal):
    """Linje {line} har en celle på over 2000 tegn. Er noe limt inn på feil sted? Rett det, og prøv igjen."""


class NothingInIt(Refusal):
    """Det står ingenting i lista. Den skal ha overskrifter på første linje, og ett medlem på hver linje under."""


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is where one finds it again: the line of the text, or the row of the sheet."""

    number: int
    cells: tuple[str, ...]


def read(content: bytes, most: int = MOST_LINES) -> list[Line]:
    """The lines that have something in them. Raises the refusals above."""
    if content.startswith(b"PK"):
        return _checked(_excel(content, most), most)
    if content.startswith(_OLE):
        raise OldExcel
    return read_text(_decoded(content), most)


def read_text(text: str, most: int = MOST_LINES) -> list[Line]:
    """Comma, semicolon or tab: what divides the first line into most cells. Text pasted from Excel has tabs."""
    body = clean(text).lstrip("\ufeff")
    skipped, delimiter = 0, None
    if found := re.match(r"sep=(.)\n", body):  # Excel's own way to say it
        delimiter, skipped, body = found[1], 1, body[found.end() :]
    first = next((line for line in body.splitlines() if line.strip()), "")
    return _checked(_records(body, delimiter or _delimiter(first), skipped), most)


def _records(body: str, delimiter: str, skipped: int) -> Iterator[Line]:
    records, before = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter), 0
    try:
        for cells in records:
            yield Line(skipped + before + 1, tuple(cells))
            before = records.line_num
    except csv.Error as error:  # one cell of 128 kB: a quote that never ends
        raise LongCell(line=str(skipped + before + 1)) from error


def _delimiter(first: str) -> str:
    """By the beginning, which is more than any headings: csv refuses a line of 128 kB."""
    beginning = first[: MOST_COLUMNS * LONGEST_CELL]
    return max(DELIMITERS, key=lambda each: len(next(csv.reader([beginning], delimiter=each), [])))


def _decoded(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one (Excel's «Unicode-tekst»), else Windows-1252."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in content and not marked:
        raise NotATable
    encodings = ("utf-16",) if marked else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotATable


def _checked(lines: Iterable[Line], most: int) -> list[Line]:
    kept = []
    for line in lines:
        if any(len(cell) > LONGEST_CELL for cell in line.cells):
            raise LongCell(line=str(line.number))
        cells = tuple(_plain(cell) for cell in line.cells[:MOST_COLUMNS])
        while cells and not cells[-1]:
            cells = cells[:-1]
        if cells:
            kept.append(Line(line.number, cells))
        if len(kept) > most + 1:  # and one for the headings
            raise TooLarge(most=f"{most:,}".replace(",", " "))
    if not kept:
        raise NothingInIt
    return kept


def _plain(cell: str) -> str:
    """One line of words; and without the mark that `inert` put before it."""
    words = " ".join(cell.split())
    return words[1:] if _MADE_INERT.match(words) else words


def _excel(content: bytes, most: int) -> Iterator[Line]:
    """The first sheet. What it is unpacked to is looked at before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise BrokenExcel from error
    if len(parts) > ENTRIES or sum(part.file_size for part in parts) > UNPACKED:
        raise TooLarge(most=f"{most:,}".replace(",", " "))
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise NotATable
    try:
        yield from _first_sheet(content, most)
    except Refusal:
        raise
    except Exception as error:  # whatever openpyxl trips over, and its words may be somebody's name
        raise BrokenExcel from error


def _first_sheet(content: bytes, most: int) -> Iterator[Line]:
    import openpyxl  # 80 ms, and of use here alone

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size need not be so
        rows = islice(sheet.iter_rows(max_col=MOST_COLUMNS), most + 1000)
        for number, row in enumerate(rows, start=1):
            for cell in row:
                if cell.data_type == _FORMULA:
                    raise HasFormulas(cell=cell.coordinate)
            yield Line(number, tuple(_in_words(cell.value) for cell in row))
    finally:
        book.close()


def _in_words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("ja") if value else _("nei")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return clean(str(value))


# Columns


class SameHeading(Refusal):
    """To kolonner har samme overskrift ({heading}). Ta bort den ene, og prøv igjen."""


def columns(headings: Sequence[str], words: Mapping[str, Iterable[str]]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column is that is known by one of its words, however it is written; and the other headings.

    Raises `SameHeading`.
    """
    known = {_bare(word): column for column, each in words.items() for word in each}
    found: dict[str, int] = {}
    others = []
    for at, heading in enumerate(headings):
        column = known.get(_bare(heading))
        if column is None:
            others += [heading] if heading else []
        elif column in found:
            raise SameHeading(heading=heading)
        else:
            found[column] = at
    return found, tuple(others)


def _bare(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(heading))


def texts(line: Line, found: Mapping[str, int]) -> dict[str, str]:
    """What stands in a line, by column."""
    return {column: line.cells[at] for column, at in found.items() if at < len(line.cells) and line.cells[at]}


# Writing


def inert(cell: str) -> str:
    """What a spreadsheet would take for a formula, as text. `read` takes the mark away again."""
    return f"'{cell}" if _INERT.match(cell) else cell


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """With a mark and semicolons: what Excel in Norwegian opens without asking."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([inert(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_excel(rows: Sequence[Sequence[str]], title: str) -> bytes:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in rows:
        sheet.append([inert(cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
