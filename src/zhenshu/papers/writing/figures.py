"""The figures a composed report may state: what exists, beside last year and the targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from urllib.parse import urlencode

from zhenshu.ground.areas.models import Area
from zhenshu.ground.worktime.periods import Period, parse_period
from zhenshu.measures.indicators.compare import Comparison, compare, completion, standings
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.evaluate import Board, Number, Value, evaluate_board, rounded
from zhenshu.measures.indicators.models import Target
from zhenshu.papers.definition_words import way_of
from zhenshu.papers.writing.templates import Slot

ONE_DECIMAL = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Override:
    """What somebody wrote in the place of a figure: what the ledger tells stays beside it."""

    derived: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ComposedFigure:
    """A figure of a composed report and all that leads back to its records.

    *shown* is what stands in the text: the value, or another view of it (last year's, its growth, a target).
    *target_year* is the year whose target is meant, 0 where none is. *override* says what was written by hand
    in its place and why.
    """

    code: str
    name: str
    view: str
    shown: str
    value: Number
    unit: str
    n: int
    excluded: int
    as_of: datetime
    definition: str
    version: str
    made_from: str
    signers: tuple[str, ...]
    last: Number
    growth: Number
    link: str
    target_year: int = 0
    override: Override | None = None

    @property
    def key(self) -> str:
        """The figure's name in its report; next year's target is another figure than this year's."""
        year = f":{self.target_year}" if self.target_year else ""
        return f"{self.code}:{self.view}{year}"


def plain_number(number: Decimal) -> str:
    """Return a number as a report writes it: 1293.33, 100, 0.5."""
    return f"{number.normalize():f}"


def link_to(code: str, area: Area, period: Period) -> str:
    """Return the address of the page that opens a figure's records."""
    words = urlencode({"area": area.code or area.pk, "period": period.key})
    return f"/reports/figures/{code}/?{words}"


class Figures:
    """The figures of one area and year, read together in a handful of statements."""

    def __init__(self, codes: Iterable[str], area: Area, year: int) -> None:
        known = catalogue().plans
        self.area, self.year = area, year
        self.period, self.first_quarter = parse_period(str(year)), parse_period(f"{year - 1}-Q1")
        self.codes = [code for code in dict.fromkeys(codes) if code in known]
        self.board: Board = evaluate_board(self.codes, [area], [self.period, self.first_quarter])
        self._values: dict[str, Value] = {}

    @cached_property
    def targets(self) -> Mapping[tuple[str, int], Target]:
        """The area's own targets of this year and the next, by indicator and year."""
        standing = Target.objects.filter(area=self.area, office=None, ended=False, measured="value")
        rows = standing.filter(indicator__in=self.codes, year__in=(self.year, self.year + 1))
        return {(row.indicator, row.year): row for row in rows}

    @cached_property
    def waiting(self) -> tuple[str, ...]:
        """The names of the indicators that are still to be counted anew."""
        return tuple(self.board.plan(code).kind.name for code in self.codes if self.board.waits(code))

    def waits(self, code: str) -> bool:
        return code in self.codes and self.board.waits(code)

    def value(self, code: str) -> Value:
        if code not in self._values:
            self._values[code] = self.board.value(code, self.area.pk, self.period)
        return self._values[code]

    def exists(self, code: str) -> bool:
        """Tell whether there is something to state: a value that rests on at least one record."""
        return code in self.codes and self.value(code).value is not None and self.value(code).n > 0

    def comparison(self, code: str) -> Comparison | None:
        """Return the comparison with last year, where last year was kept from its beginning.

        Records whose first quarter is empty began in the middle of the year; held against a whole year they
        would tell a growth that never was. Reported series need no such care.
        """
        if not self.exists(code):
            return None
        told = compare(self.board, code, self.area.pk, self.period)
        began = self.value(code).made_from == "reported" or self._kept_from_start(code)
        return told if began and told.over_year.base is not None and told.over_year.base > 0 else None

    def _kept_from_start(self, code: str) -> bool:
        return self.board.value(code, self.area.pk, self.first_quarter).n > 0

    def figure(self, slot: Slot, *, target_year: int) -> ComposedFigure | None:
        """Return the figure for a place in a sentence; None when there is none to state."""
        shown = self.shown(slot, target_year=target_year)
        if shown is None:
            return None
        value, told = self.value(slot.code), self.comparison(slot.code)
        return ComposedFigure(
            code=slot.code,
            name=value.name,
            view=slot.view,
            shown=shown,
            value=value.value,
            unit=value.unit,
            n=value.n,
            excluded=value.excluded,
            as_of=value.as_of,
            definition=way_of(self.board.plan(slot.code)),
            version=value.definition_version,
            made_from=value.made_from,
            signers=value.signers,
            last=rounded(told.over_year.base, value.decimals) if told else None,
            growth=one_decimal(told.over_year.percent) if told else None,
            link=link_to(slot.code, self.area, self.period),
            target_year=target_year if slot.view == "target" else 0,
        )

    def shown(self, slot: Slot, *, target_year: int) -> str | None:
        """Return what a place in a sentence reads; None when that does not exist."""
        if slot.code not in self.codes:
            return None
        match slot.view:
            case "value":
                value = self.value(slot.code).value
                return plain_number(value) if value is not None and self.exists(slot.code) else None
            case "year":
                return str(self.year)
            case "target":
                target = self.targets.get((slot.code, target_year))
                return plain_number(target.value) if target else None
            case "completion":
                return self._completion(slot.code)
            case "rank" | "share":
                return self._standing(slot.code, slot.view)
            case _:
                return self._compared(slot.code, slot.view)

    def _completion(self, code: str) -> str | None:
        target = self.targets.get((code, self.year))
        if target is None or not self.exists(code):
            return None
        reached = one_decimal(completion(self.value(code).exact, target.value))
        return None if reached is None else plain_number(reached)

    def _compared(self, code: str, view: str) -> str | None:
        told = self.comparison(code)
        if told is None:
            return None
        growth, decimals = told.over_year, self.value(code).decimals
        if view == "direction":
            return direction_word(growth.change, points=growth.in_points)
        number = {
            "last": rounded(growth.base, decimals),
            "growth": one_decimal(growth.change if growth.in_points else growth.percent),
            "change": rounded(growth.change, decimals),
        }.get(view)
        if number is None:
            return None
        return plain_number(number if view == "last" else abs(number))

    def _standing(self, code: str, view: str) -> str | None:
        """Return the rank among the siblings, or the share in their sum; None without siblings."""
        siblings = list(Area.objects.open().filter(parent=self.area.parent_id).values_list("pk", flat=True))
        if len(siblings) < 2 or not self.exists(code):
            return None
        board = evaluate_board([code], siblings, [self.period], comparisons=False)
        found = {one.area: one for one in standings(board, code, siblings, self.period)}
        mine = found.get(self.area.pk)
        if mine is None or mine.rank is None:
            return None
        share = one_decimal(mine.share)
        return str(mine.rank) if view == "rank" else None if share is None else plain_number(share)


def one_decimal(number: Number) -> Number:
    """Return a growth or a share as reports write it, with one decimal, half up."""
    return None if number is None else number.quantize(ONE_DECIMAL, ROUND_HALF_UP)


def direction_word(change: Number, *, points: bool) -> str:
    """Return 增长, 下降 or 持平; rates rise (提高) rather than grow."""
    if not change:
        return "持平"
    if change < 0:
        return "下降"
    return "提高" if points else "增长"
