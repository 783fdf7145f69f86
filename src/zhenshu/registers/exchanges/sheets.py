"""Rows in their columns as a file they can open; no cell ever runs as a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from zhenshu.ground.areas.sheets import FORMULA_SIGNS, write_sheet
from zhenshu.registers.exchanges.models import FileFormat

Rows = Sequence[Mapping[str, Any]]


def write_rows(rows: Rows, headings: Sequence[str], *, form: str, title: str) -> bytes:
    """Return *rows* as xlsx, csv (UTF-8 with its mark, as Excel wants it) or NDJSON."""
    match form:
        case FileFormat.XLSX:
            lines = [[row.get(heading, "") for heading in headings] for row in rows]
            return write_sheet(headings, lines, title=title[:31] or "1")
        case FileFormat.CSV:
            return _write_csv(rows, headings)
        case FileFormat.NDJSON:
            return "".join(f"{json.dumps(dict(row), ensure_ascii=False)}\n" for row in rows).encode()
    raise ValueError(form)


def _write_csv(rows: Rows, headings: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([harmless(row.get(heading, "")) for heading in headings] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(value: Any) -> Any:
    """Return a cell that a spreadsheet shows and never computes: a text like =1+1 begins with a quote."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value
