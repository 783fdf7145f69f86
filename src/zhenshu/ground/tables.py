"""Tables that come in from spreadsheets: xlsx, xls, et, ods or csv, read quickly and without surprises.

A formula comes in as the value it showed, never evaluated here; text that looks like one stays text.
A file that would unpack to far more than it weighs is not opened.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

MOST_BYTES = 50 * 1024 * 1024
MOST_UNPACKED_BYTES = 300 * 1024 * 1024
MOST_ROWS = 200_000
# Headings are looked for in the first lines: many sheets carry a title above them.
HEADING_LINES = 6
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


class TableError(ValueError):
    """The file is no table that can be read; the text is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Row:
    """A filled line, by its number in the sheet as the person sees it, with its cells by heading."""

    number: int
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its name, its headings, its filled rows."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row, or one cell of it, was not taken in."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        place = _("Row %(row)d, %(column)s") if self.column else _("Row %(row)d")
        return f"{place % {'row': self.row, 'column': self.column}}: {self.message}"


def read_tables(content: bytes, *, known: Sequence[str] = ()) -> list[Table]:
    """Return the sheets of a file. *known* headings help to find the heading line below a title."""
    if len(content) > MOST_BYTES:
        words = {"size": len(content) >> 20, "most": MOST_BYTES >> 20}
        raise TableError(_("The file has %(size)d MB; at most %(most)d MB are read.") % words)
    sheets = _sheets(content) if _is_binary(content) else [("csv", _csv_lines(content))]
    return [_table(name, lines, frozenset(known)) for name, lines in sheets]


def read_table(content: bytes, *, known: Sequence[str] = ()) -> Table:
    """Return the first sheet of a file that has rows."""
    tables = read_tables(content, known=known)
    filled = [table for table in tables if table.rows]
    if not filled:
        raise TableError(_("The file has no rows below its headings."))
    return filled[0]


def _is_binary(content: bytes) -> bool:
    return content[:2] == b"PK" or content[:4] == b"\xd0\xcf\x11\xe0"


def _sheets(content: bytes) -> Iterator[tuple[str, list[list[Any]]]]:
    # calamine is a compiled library; a process that reads no spreadsheet need not carry it.
    from python_calamine import CalamineError, CalamineWorkbook

    _refuse_bomb(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            yield name, _bounded(sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 1))
    except TableError:
        raise
    except (CalamineError, ValueError, OSError) as error:
        raise TableError(_("The file can't be read as a spreadsheet: %(why)s.") % {"why": error}) from error


def _refuse_bomb(content: bytes) -> None:
    if content[:2] != b"PK":
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile as error:
        raise TableError(_("The file is damaged: it isn't a whole spreadsheet.")) from error
    if unpacked > MOST_UNPACKED_BYTES:
        words = {"size": unpacked >> 20, "most": MOST_UNPACKED_BYTES >> 20}
        raise TableError(
            _("The spreadsheet would unpack to %(size)d MB; at most %(most)d MB are read.") % words
        )


def _bounded(lines: list[list[Any]]) -> list[list[Any]]:
    """Refuse a sheet with more rows than are read, so that none is left out silently."""
    if len(lines) > MOST_ROWS:
        raise TableError(
            _("The sheet has more than %(most)d rows; please split it into several files.")
            % {"most": MOST_ROWS}
        )
    return lines


def _csv_lines(content: bytes) -> list[list[Any]]:
    """Return the cells of a csv in UTF-8, UTF-16 or, as older office programs write it, GB 18030."""
    text = _decoded(content)
    try:
        return _bounded(
            [list(line) for line in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))]
        )
    except csv.Error as error:
        raise TableError(_("The file can't be read as a table: %(why)s.") % {"why": error}) from error


def _decoded(content: bytes) -> str:
    for encoding in ("utf-16",) if content[:2] in BYTE_ORDER_MARKS else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError(_("The file is neither a spreadsheet nor text in UTF-8 or GB 18030."))


def _delimiter(text: str) -> str:
    """Return what separates the cells of the first line: spreadsheets also save with tabs or semicolons."""
    first = text.lstrip().partition("\n")[0]
    return max(",\t;", key=first.count)


def _table(name: str, lines: Sequence[Sequence[Any]], known: frozenset[str]) -> Table:
    start = _heading_line(lines, known)
    headings = tuple(heading_text(cell) for cell in lines[start]) if lines else ()
    rows = []
    for number, line in enumerate(lines[start + 1 :], start=start + 2):
        cells = {heading: cell for heading, cell in zip(headings, line, strict=False) if heading}
        if any(str(cell).strip() for cell in cells.values() if cell is not None):
            rows.append(Row(number, cells))
    return Table(name, tuple(filter(None, headings)), tuple(rows))


def _heading_line(lines: Sequence[Sequence[Any]], known: frozenset[str]) -> int:
    """Return the index of the line with the most known headings, else the first with two filled cells."""
    best, most = -1, 0
    for index, line in enumerate(lines[:HEADING_LINES]):
        hits = sum(heading_text(cell) in known for cell in line)
        if hits > most:
            best, most = index, hits
    if best >= 0:
        return best
    filled = (
        i for i, line in enumerate(lines[:HEADING_LINES]) if sum(bool(str(c).strip()) for c in line) > 1
    )
    return next(filled, 0)


def heading_text(cell: Any) -> str:
    """Return a heading without blanks, line breaks and the star that marks a required column."""
    return "".join(str("" if cell is None else cell).split()).strip("*＊")
