"""Read a sheet of monthly statistics: an entry per line, or per cell under headings of periods."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.tables import Row, RowProblem, Table, heading_text, read_tables
from zhenshu.ground.worktime.periods import Kind, Period, PeriodError, parse_period
from zhenshu.measures.indicators.definitions import Catalogue, Plan, Series, catalogue
from zhenshu.measures.indicators.errors import ReportedError
from zhenshu.measures.indicators.units import convert

# Headings under which sheets carry each part of an entry.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "indicator": ("指标", "指标名称", "指标代码", "项目", "统计指标"),
    "area": (
        "区域",
        "村（社区）",
        "村(社区)",
        "村社区",
        "村/社区",
        "村",
        "社区",
        "单位名称",
        "镇（街道）",
        "乡镇",
    ),
    "period": ("月份", "期间", "时间", "报告期", "时期"),
    "value": ("数值", "本期数", "数据", "指标值", "值"),
    "unit": ("单位", "计量单位"),
    "signer": ("填报人", "签字人", "统计员", "责任人"),
    "source": ("来源", "数据来源"),
    "note": ("备注", "说明"),
}
KNOWN = tuple(name for names in HEADINGS.values() for name in names)
# A cell that says nothing, as tables write it.
NOTHING = frozenset({"", "-", "—", "－", "/", "…", "无", "暂无"})
_MONTH = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})[-–—~～至])?(\d{1,2})月(?:份|累计)?")
_YEAR = re.compile(r"(\d{4})年?(?:全年)?")
_QUARTER = re.compile(r"(?:(\d{4})年)?第?([一二三四1-4])季度")
_NUMERALS = {numeral: number for number, numeral in enumerate("一二三四", start=1)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a sheet, converted to the indicator's unit, with the place it stands at."""

    row: int
    column: str
    plan: Plan
    area: Area
    period: Period
    value: Decimal
    signer: str
    source: str
    note: str

    @property
    def series(self) -> tuple[str, int]:
        return self.plan.code, self.area.pk


@dataclass(frozen=True)
class Sheet:
    """What a file says: its entries, and what of it could not be read."""

    entries: tuple[Entry, ...]
    problems: tuple[RowProblem, ...]


class _Unread(Exception):
    """A cell that cannot be read: its column and a sentence."""

    def __init__(self, column: str, message: str) -> None:
        self.column, self.message = column, message
        super().__init__(message)


def read_sheet(content: bytes, *, area: Area, year: int, signer: str = "") -> Sheet:
    """Return the entries of all sheets of a file.

    Lines without an area are *area*'s; months without a year are *year*'s; *signer* signs where the sheet
    names nobody. Raises TableError for a file that is no table.
    """
    entries: list[Entry] = []
    problems: list[RowProblem] = []
    for table in read_tables(content, known=KNOWN):
        reader = _Reader(table, area, year, signer)
        for row in table.rows:
            reader.read(row, entries, problems)
    return Sheet(tuple(entries), tuple(problems))


class _Reader:
    """Reads the lines of one table, with what is looked up once."""

    def __init__(self, table: Table, area: Area, year: int, signer: str) -> None:
        self.area, self.year, self.signer = area, year, signer
        self.columns = _columns(table.headings)
        taken = set(self.columns.values())
        self.periods = dict(_period_columns([h for h in table.headings if h not in taken], year))
        self.names = _names(catalogue())
        self.areas = _areas_below(area)

    def read(self, row: Row, entries: list[Entry], problems: list[RowProblem]) -> None:
        """Add the entries of a line, or why there are none."""
        try:
            plan, place = self._indicator(row), self._area(row)
            cells = list(self._cells(row))
        except _Unread as unread:
            problems.append(RowProblem(row.number, unread.column, unread.message))
            return
        for column, period, cell in cells:
            try:
                entries.append(self._entry(row, column, plan, place, period=period, cell=cell))
            except _Unread as unread:
                problems.append(RowProblem(row.number, unread.column, unread.message))

    def _text(self, row: Row, part: str) -> str:
        cell = row.cells.get(self.columns.get(part, ""))
        return "" if cell is None else str(cell).strip()

    def _indicator(self, row: Row) -> Plan:
        said = self._text(row, "indicator")
        column = self.columns.get("indicator", HEADINGS["indicator"][0])
        found = self.names.get(heading_text(said).lower(), [])
        if len(found) == 1:
            return found[0]
        if found:
            codes = "、".join(plan.code for plan in found)
            raise _Unread(
                column,
                _("“%(name)s” names several indicators; write its code: %(codes)s.")
                % {"name": said, "codes": codes},
            )
        raise _Unread(column, _("No reported indicator is called “%(name)s”.") % {"name": said[:60]})

    def _area(self, row: Row) -> Area:
        said = self._text(row, "area")
        if not said:
            return self.area
        found = self.areas.get(said, [])
        if len(found) != 1:
            raise _Unread(
                self.columns["area"],
                _("“%(name)s” is no area of %(town)s.") % {"name": said[:60], "town": self.area},
            )
        return found[0]

    def _cells(self, row: Row) -> Iterator[tuple[str, Period, Any]]:
        """Yield the filled cells of a line with their periods."""
        if "value" in self.columns:
            column = self.columns["value"]
            if not _says_nothing(row.cells.get(column)):
                yield column, self._period(row), row.cells.get(column)
            return
        for column, period in self.periods.items():
            if not _says_nothing(row.cells.get(column)):
                yield column, period, row.cells.get(column)

    def _period(self, row: Row) -> Period:
        said = self._text(row, "period")
        period = read_period(said, self.year)
        if period is None:
            column = self.columns.get("period", HEADINGS["period"][0])
            raise _Unread(
                column,
                _("“%(period)s” is no period; write 2023年5月, 1-10月 or 2023-05.") % {"period": said[:40]},
            )
        return period

    def _entry(self, row: Row, column: str, plan: Plan, area: Area, *, period: Period, cell: Any) -> Entry:
        signer = self._text(row, "signer") or self.signer
        if not signer:
            raise _Unread(column, _("A reported value needs a signer who answers for it."))
        try:
            value = convert(_number(cell), self._text(row, "unit"), plan.kind.unit)
        except (ReportedError, InvalidOperation) as error:
            sentence = str(error) if isinstance(error, ReportedError) else _("“%(value)s” is not a number.")
            raise _Unread(column, sentence % {"value": str(cell)[:40]}) from error
        return Entry(
            row.number,
            column,
            plan,
            area,
            period,
            value,
            signer,
            self._text(row, "source"),
            self._text(row, "note"),
        )


def _number(cell: Any) -> Decimal:
    number = Decimal(str(cell).strip().replace(",", "").replace("，", "").removesuffix("%"))
    if not number.is_finite():
        raise InvalidOperation
    return number


def _says_nothing(cell: Any) -> bool:
    return cell is None or str(cell).strip() in NOTHING


def _columns(headings: Sequence[str]) -> dict[str, str]:
    """Return which heading carries which part; 单位 beside 数值 is the unit."""
    return {part: name for part, names in HEADINGS.items() for name in reversed(names) if name in headings}


def _period_columns(headings: Iterable[str], year: int) -> Iterator[tuple[str, Period]]:
    for heading in headings:
        period = read_period(heading, year)
        if period is not None:
            yield heading, period


def read_period(text: str, year: int) -> Period | None:
    """Return the period that a heading names: 5月, 1-10月, 2023年一季度, 2023年, or a key."""
    said = heading_text(text)
    try:
        return parse_period(said)
    except PeriodError:
        pass
    if match := _MONTH.fullmatch(said):
        return _months(int(match[1] or year), int(match[2] or match[3]), int(match[3]))
    if match := _QUARTER.fullmatch(said):
        return parse_period(f"{match[1] or year}-Q{_NUMERALS.get(match[2], match[2])}")
    if match := _YEAR.fullmatch(said):
        return parse_period(match[1])
    return None


def _months(year: int, first: int, last: int) -> Period | None:
    if not 1 <= first <= last <= 12:
        return None
    return parse_period(f"{year}-{first:02d}" if first == last else f"{year}-{first:02d}..{year}-{last:02d}")


def _names(known: Catalogue) -> dict[str, list[Plan]]:
    """Return the reported indicators by code, name and alias."""
    found: dict[str, list[Plan]] = defaultdict(list)
    for plan in known.plans.values():
        if isinstance(plan.node, Series):
            for name in dict.fromkeys((plan.code, plan.kind.name, *plan.kind.aliases)):
                found[heading_text(name).lower()].append(plan)
    return found


def _areas_below(area: Area) -> dict[str, list[Area]]:
    """Return an area and the open areas below it by name, short name and code."""
    found: dict[str, list[Area]] = defaultdict(list)
    for one in Area.objects.under(area).open():
        for name in {one.name, one.short_name, one.code} - {"", None}:
            found[str(name)].append(one)
    return found


def is_month(period: Period) -> bool:
    return period.kind is Kind.MONTH and not period.is_stretch
