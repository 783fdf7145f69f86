"""The tables in a data folder that correct the public calendar.

`calendar.csv` holds `date,kind,note` with kind `work` or `rest`; `office_hours.csv` holds
`effective,hours` such as `2026-07-01,08:00-12:00 14:30-17:30` for summer hours.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from zhenshu.ground.worktime.office_hours import OfficeHours, parse_office_hours

DAYS_FILE = "calendar.csv"
HOURS_FILE = "office_hours.csv"
Parsed = TypeVar("Parsed")
Row = Mapping[str, str | None]
Stamp = tuple[tuple[int, int] | None, ...]


class DayKind(StrEnum):
    """What a row of the calendar table says about its day."""

    WORK = "work"
    REST = "rest"


class CalendarTableError(ValueError):
    """A table of the data folder that can't be used; names file, line and fix."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path.name}, line {line}: {reason}")


@dataclass(frozen=True, slots=True)
class CalendarTables:
    """What the installation itself says about its days and hours."""

    days: Mapping[date, DayKind] = field(default_factory=dict)
    hours: Mapping[date, OfficeHours] = field(default_factory=dict)


def read_tables(folder: Path | None) -> CalendarTables:
    """The tables of *folder*; a missing folder or file is an empty table."""
    if folder is None:
        return CalendarTables()
    return CalendarTables(
        days=_read(folder / DAYS_FILE, "date", _kind),
        hours=_read(folder / HOURS_FILE, "effective", _hours),
    )


def tables_stamp(folder: Path | None) -> Stamp:
    """What changes when a table of *folder* is written: time and size of each file."""
    if folder is None:
        return ()
    return tuple(_file_stamp(folder / name) for name in (DAYS_FILE, HOURS_FILE))


def _file_stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


def _read(path: Path, key: str, parse: Callable[[Row], Parsed]) -> dict[date, Parsed]:
    if not path.exists():
        return {}
    values: dict[date, Parsed] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if key not in (rows.fieldnames or []):
            raise CalendarTableError(path, 1, f"the first line must name the columns, {key} among them.")
        for row in rows:
            try:
                day = date.fromisoformat((row[key] or "").strip())
                value = parse(row)
            except ValueError as error:
                raise CalendarTableError(path, rows.line_num, f"{error}") from error
            if day in values:
                raise CalendarTableError(path, rows.line_num, f"{day} stands in the table twice.")
            values[day] = value
    return values


def _kind(row: Row) -> DayKind:
    written = (row.get("kind") or "").strip()
    if written not in set(DayKind):
        raise ValueError(f"the kind is {written!r}; write work for a working day or rest for a rest day.")
    return DayKind(written)


def _hours(row: Row) -> OfficeHours:
    return parse_office_hours(row.get("hours") or "")
