"""Lists as Excel files: written row by row, text as text, so that no cell ever runs as a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from zhenshu.doors.desk.components import Cell, Column, Table
from zhenshu.doors.desk.export_notes import RecordTable
from zhenshu.doors.desk.states import look_of

# Few requests write a file: a server process carries the library only once it has written one.
if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Value = str | int | float | Decimal | bool | date | datetime | None
# What XML cannot carry; openpyxl refuses a whole file for one of them.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# A text that starts so would be read as a formula once the file is saved as CSV and opened again.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 32_767  # characters Excel keeps in a cell
_WIDTHS = {"narrow": 12, "middle": 20, "wide": 44, "": 18}


def export_table(table: Table, *, name: str) -> HttpResponse:
    """Return the rows of *table* as an Excel file called *name*."""
    rows = ([_value_of(*pair) for pair in zip(table.columns, row.cells, strict=True)] for row in table.rows)
    return export_rows(name, table.columns, rows, as_of=table.as_of)


def export_rows(
    name: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], *, as_of: datetime | None = None
) -> HttpResponse:
    """Return *rows* as an Excel file with the heads of *columns*; a second sheet says as of when."""
    lines = list(rows)
    body = write_workbook(name, columns, lines, as_of=as_of or timezone.now())
    response = RecordTable(body, content_type=CONTENT_TYPE, rows=len(lines))
    response["Content-Disposition"] = attachment_header(f"{name}.xlsx")
    return response


def attachment_header(file_name: str) -> str:
    """Return the header that gives a download its name, in plain letters and in full."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", file_name).strip("_") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name)}"


def write_workbook(
    name: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], *, as_of: datetime
) -> bytes:
    """Return the bytes of an xlsx file; rows are written as they come and never all held at once."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_title(name))
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column.width, 18)
    sheet.append([_head(sheet, column) for column in columns])
    for row in rows:
        sheet.append([write_cell(sheet, value) for value in row])
    notes = book.create_sheet(_("Notes"))
    notes.append([write_cell(notes, _("Data as of")), write_cell(notes, as_of)])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def sheet_title(name: str) -> str:
    """Return *name* as the title of a sheet: 31 characters without those Excel refuses."""
    return re.sub(r"[\\/*?:\[\]]", " ", name)[:31] or "1"


def _head(sheet: Any, column: Column) -> WriteOnlyCell:
    from openpyxl.styles import Alignment, Font

    cell = write_cell(sheet, f"{column.title} ({column.unit})" if column.unit else str(column.title))
    cell.font = Font(bold=True)
    cell.alignment = Alignment(vertical="center")
    return cell


def write_cell(sheet: Any, value: Value) -> WriteOnlyCell:
    """Return a cell that holds *value* and never runs: text stays text whatever it starts with."""
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, datetime):
        local = timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
        cell = WriteOnlyCell(sheet, value=local.replace(microsecond=0))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if value is None or isinstance(value, int | float | Decimal | date):
        return WriteOnlyCell(sheet, value=value)
    text = _UNWRITABLE.sub("", str(value))[:_LONGEST]
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_FORMULA_STARTS)
    return cell


def _value_of(column: Column, cell: Cell) -> Value:
    """Return what a cell of a list says, a number where the column holds numbers."""
    words = cell.text or (strip_tags(cell.html) if cell.html else "")
    if not words and (cell.state or cell.lamp):
        words = str(look_of(cell.state or cell.lamp).word)
    if column.numeric:
        return _number(words)
    return f"{words} {cell.below}".strip() if cell.below else words


def _number(words: str) -> Value:
    try:
        return Decimal(words.replace(",", "").replace("%", "").strip())
    except InvalidOperation:
        return words
