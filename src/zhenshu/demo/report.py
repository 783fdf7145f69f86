"""The work report of the demo township, shipped as a text of our own."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

REPORT_DAY = date(2024, 1, 19)  # when it was given to the congress, and read in
STRONGEST_VILLAGE = "白鹭村"


def report_path() -> Path:
    """Return where the report lies: its review of 2023 states what the records of the demo add up to."""
    return Path(str(files("zhenshu.demo").joinpath("texts", "report-2023.txt")))
