"""Files of matters from elsewhere, as rows: spreadsheets and csv through the common reader, or NDJSON.

Cells come in as they are; `tidy_text` and `tidy_line` make them readable without taking anything said away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from zhenshu.ground.areas.sheets import write_sheet
from zhenshu.ground.tables import MOST_BYTES, Row, RowProblem, TableError, heading_text, read_tables

# The heading under which rejected rows carry their reason; left out when the mended file comes back.
REASON = "未导入原因"
_BREAKS = re.compile(r"\r\n?|_x000[dD]_\n?|[\u2028\u2029]")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u2060\u00ad"))
_PARAGRAPH = re.compile(r"(?<=\S)\u3000{2,}(?=\S)")
_BLANKS = re.compile(r"[ \t\u00a0\u3000\v\f]+")
_UNTIDY = re.compile(r"[^\S ]|  |^ | $|_x000|[\ufeff\u200b\u2060\u00ad\x1c-\x1f]")
_MANY_BREAKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file, those of its lines that are no rows, and the names of sheets that were not read."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[RowProblem, ...] = ()
    broken: tuple[Row, ...] = ()
    unread: tuple[str, ...] = ()


def read_rows(content: bytes, *, known: Sequence[str] = ()) -> Sheet:
    """Return the rows of an xlsx, xls, et, ods, csv or NDJSON file; raise TableError when it is none."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _read_lines(content)
    filled = [table for table in read_tables(content, known=[*known, REASON]) if table.rows]
    if not filled:
        raise TableError(_("The file has no rows below its headings."))
    first, *others = filled
    headings = tuple(heading for heading in dict.fromkeys(first.headings) if heading != REASON)
    return Sheet(headings, first.rows, unread=tuple(table.name for table in others))


def _read_lines(content: bytes) -> Sheet:
    """Return one row per JSON object; what stands in an object of its own becomes ``outer.inner``."""
    if len(content) > MOST_BYTES:
        words = {"size": len(content) >> 20, "most": MOST_BYTES >> 20}
        raise TableError(_("The file has %(size)d MB; at most %(most)d MB are read.") % words)
    rows, broken, problems = [], [], []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rows.append(Row(number, _flat(json.loads(line.decode("utf-8-sig")))))
        except (ValueError, AttributeError) as error:
            problems.append(
                RowProblem(number, "", _("The line is no JSON object: %(why)s.") % {"why": error})
            )
            broken.append(Row(number, {"": line.decode("utf-8", "replace")}))
    headings = dict.fromkeys(key for row in rows for key in row.cells if key != REASON)
    return Sheet(tuple(headings), tuple(rows), tuple(problems), tuple(broken))


def _flat(told: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in told.items():
        if isinstance(value, Mapping):
            flat |= {heading_text(f"{key}.{inner}"): one for inner, one in value.items()}
        else:
            flat[heading_text(key)] = value
    return flat


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────────


def tidy_text(value: Any) -> str:
    """Return a cell as readable text without stray tabs and breaks; paragraphs and rare characters stay.

    Two wide blanks inside a line are how web pages write a new paragraph.
    """
    text = _plain(value)
    if not _UNTIDY.search(text):
        return text
    text = _BREAKS.sub("\n", text).translate(_INVISIBLE)
    text = _PARAGRAPH.sub("\n", text)
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _MANY_BREAKS.sub("\n\n", "\n".join(lines)).strip()


def tidy_line(value: Any) -> str:
    """Return a cell as one line."""
    return " ".join(tidy_text(value).split("\n")).strip()


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")
    if isinstance(value, date):
        return value.isoformat()
    return "、".join(map(_plain, value)) if isinstance(value, (list, tuple)) else str(value)


def is_empty(value: Any) -> bool:
    """Tell whether a cell says nothing."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


# ── what was not taken in ─────────────────────────────────────────────────────────────────────────────


def rejected_rows(sheet: Sheet, problems: Sequence[RowProblem]) -> bytes:
    """Return an xlsx of the rejected rows in the columns of the file, each with its reasons.

    Text that begins like a formula is stored as text. The mended sheet can be taken in as it is.
    """
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        told = f"{problem.column}: {problem.message}" if problem.column else problem.message
        reasons.setdefault(problem.row, []).append(told)
    return write_sheet([*sheet.headings, REASON], _with_reasons(sheet, reasons), title=_("Not taken in"))


def _with_reasons(sheet: Sheet, reasons: Mapping[int, list[str]]) -> Iterator[list[Any]]:
    for row in sheet.rows:
        if row.number in reasons:
            cells = (_cell(row.cells.get(heading)) for heading in sheet.headings)
            yield [*cells, "；".join(reasons[row.number])]
    empty = [None] * max(len(sheet.headings) - 1, 0)
    for row in sheet.broken:
        yield [_cell(row.cells[""]), *empty, "；".join(reasons[row.number])]


# Excel holds no other control characters and no longer texts in a cell.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CELL_LENGTH = 32_767


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple, Mapping)):
        value = _plain(value)
    if isinstance(value, datetime) and value.tzinfo:
        return value.isoformat()
    return _UNWRITABLE.sub("", value)[:_CELL_LENGTH] if isinstance(value, str) else value
