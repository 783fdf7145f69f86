"""挂图作战 as an A3 sheet of Excel to hang on the wall."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from zhenshu.doors.desk.exports import sheet_title, write_cell
from zhenshu.doors.desk.plan_chart import SHADES, SHARES, STATE_COLUMN, Line, heads, sheet_note

A3, LINES = "8", Side(style="thin")


def chart_workbook(title: str, lines: Sequence[Line]) -> bytes:
    """Return an A3 landscape sheet: title, heads on every page, lamps coloured and in words."""
    book = Workbook()
    sheet = book.active
    sheet.title = sheet_title(_("Wall chart"))
    sheet.page_setup.paperSize, sheet.page_setup.orientation = A3, "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:3"
    sheet.freeze_panes = "C4"
    columns = [chr(ord("A") + place) for place in range(len(SHARES))]
    for column, share in zip(columns, SHARES, strict=True):
        sheet.column_dimensions[column].width = share
    _put_heading(sheet, title, columns[-1])
    for number, line in enumerate(lines, start=4):
        _put_line(sheet, number, line)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _put_heading(sheet: Any, title: str, last: str) -> None:
    sheet.merge_cells(f"A1:{last}1")
    sheet.merge_cells(f"A2:{last}2")
    sheet["A1"].value, sheet["A2"].value = title, sheet_note()
    sheet["A1"].font = Font(size=22, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
    sheet["A2"].alignment = Alignment(horizontal="right")
    sheet.row_dimensions[1].height = 36
    for place, head in enumerate(heads(), start=1):
        cell = sheet.cell(row=3, column=place, value=head)
        cell.font = Font(bold=True)
        _frame(cell, horizontal="center")


def _put_line(sheet: Any, number: int, line: Line) -> None:
    for place, text in enumerate(line.texts()):
        cell = sheet.cell(row=number, column=place + 1)
        written = write_cell(sheet, text)  # text stays text, whatever it starts with
        cell.value, cell.data_type, cell.quotePrefix = written.value, "s", written.quotePrefix
        _frame(cell, horizontal="center" if place in (0, STATE_COLUMN) else "left")
        if place == STATE_COLUMN:
            cell.fill = PatternFill("solid", start_color=SHADES[line.row.standing.status.colour])


def _frame(cell: Any, *, horizontal: str) -> None:
    cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True)
    cell.border = Border(left=LINES, right=LINES, top=LINES, bottom=LINES)
