"""Spreadsheets without surprises: what looks like a formula is text, and a bomb isn't opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _

from zhenshu.ground.areas.errors import AreaError

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_ROWS = 100_000


def write_sheet(heads: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str) -> bytes:
    """Return an xlsx with one sheet; text is stored as text even when it begins like a formula."""
    # openpyxl takes a tenth of a second to load, which only an export should wait for.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"

    def cell(value: Any) -> Any:
        made = WriteOnlyCell(sheet, value=value)
        if isinstance(value, str) and value.startswith(FORMULA_SIGNS):
            made.data_type, made.quotePrefix = "s", True
        return made

    for row in (heads, *rows):
        sheet.append([cell(value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read_sheet(
    content: bytes, columns: Mapping[str, str], *, required: Sequence[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield line number and values by column for each filled line of the first sheet.

    A formula comes in as its own text, never as its result: whoever reads the row sees what is there.
    """
    rows = _rows(content)
    heads = [_head(cell) for cell in next(rows, ())]
    missing = [head for head in required if head not in heads]
    if missing:
        raise AreaError(
            _("The first row lacks %(missing)s. It must name the columns: %(columns)s.")
            % {"missing": "、".join(missing), "columns": " ".join(columns)}
        )
    for number, cells in enumerate(rows, start=2):
        values = {columns[head]: cell for head, cell in zip(heads, cells, strict=False) if head in columns}
        if any(value not in (None, "") for value in values.values()):
            yield number, values


def _head(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _rows(content: bytes) -> Iterator[Sequence[Any]]:
    # See write_sheet.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _refuse_bomb(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        rows = list(book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 1))
    except (InvalidFileException, zipfile.BadZipFile, ParseError, LookupError, ValueError) as error:
        raise AreaError(_("The file isn't an xlsx spreadsheet.")) from error
    if len(rows) > MOST_ROWS:
        raise AreaError(_("The spreadsheet has more than %(most)d rows.") % {"most": MOST_ROWS})
    return iter(rows)


def _refuse_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile as error:
        raise AreaError(_("The file isn't an xlsx spreadsheet.")) from error
    if unpacked > MOST_UNPACKED_BYTES:
        raise AreaError(
            _("The spreadsheet would unpack to %(megabytes)d MB; at most %(most)d MB are read.")
            % {"megabytes": unpacked >> 20, "most": MOST_UNPACKED_BYTES >> 20}
        )
