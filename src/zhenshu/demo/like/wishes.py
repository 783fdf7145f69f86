"""What a report asks of the records: for each of its figures the indicator, the year and the value.

A figure that no indicator yields asks for nothing; one that cannot be asked for says why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from django.utils.translation import gettext as _

from zhenshu.ground.packs.registry import library
from zhenshu.measures.indicators.definitions import Plan, Series, catalogue
from zhenshu.measures.indicators.errors import ReportedError
from zhenshu.measures.indicators.units import convert
from zhenshu.papers.reading.figures import Figure
from zhenshu.papers.reading.grammar.units import family
from zhenshu.papers.reading.linking import normal_name
from zhenshu.papers.reading.report import Report

View = Literal["value", "growth", "change", "target"]
POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
COUNTED = frozenset({"count", "visits", "people", "households", "groups"})
# 村企, 村民, 村级 … are words of their own, so 村 does not end a name there.
_ONE_VILLAGE = re.compile(r"(?P<name>[一-龥]{2})(?:村(?![企民级庄居])|社区)(?=[一-龥]{2})")
# Words before 村 or 社区 that name no village but a sort of them.
GENERAL = frozenset(
    (
        "行政", "自然", "示范", "美丽", "文明", "重点", "薄弱", "先进", "样板", "特色",
        "传统", "城中", "试点", "空心", "中心", "和美", "生态", "宜居", "旅游", "明星",
        "智慧", "城市", "农村", "绿色", "平安", "安置", "老旧", "全部", "所有", "涉农",
        "全镇", "各个", "强乡", "经济", "基层", "建设", "完成", "新增", "创建", "集体",
        "平均", "渔农", "实现", "推动", "推进", "带动", "开展", "增加", "评选", "获评",
    )
)  # fmt: skip
POINTS = "个百分点"


@dataclass(frozen=True, slots=True)
class Wish:
    """A figure to be stated: *value* in the indicator's unit, which may be off by *slack* unseen.

    A target wish has the *measured* of its target: value, growth or change. *barred* says why a figure with
    an indicator asks for nothing after all; *rival* is the figure that is asked for in its stead.
    """

    figure: Figure
    code: str
    year: int
    view: View
    value: Fraction = Fraction(0)
    slack: Fraction = Fraction(0)
    measured: str = "value"
    barred: str = ""
    rival: Figure | None = None

    @property
    def bound(self) -> str:
        """What the value may be beside the number itself: the first of its kind may have followers."""
        return ">=" if is_first(self.figure) else self.figure.bound

    @property
    def contradicted(self) -> bool:
        """Tell whether the report gives what has one name two values, of which only one can be true."""
        return self.rival is not None and name_of(self.rival) == name_of(self.figure)


def year_of(report: Report) -> int | None:
    """Return the year whose work the report tells, the most frequent one of what was done."""
    done = Counter(f.year for f in report.figures if f.year and not f.target)
    planned = Counter(f.year - 1 for f in report.figures if f.year and f.target)
    told = done or planned
    return told.most_common(1)[0][0] if told else None


def wishes_of(report: Report, year: int) -> list[Wish]:
    """Return what the covered figures of *report* ask for, in the order of the text.

    Of several figures that give one indicator different values, the one that names it best is asked for.
    """
    plans = catalogue().plans
    asked = [
        _wish(figure, plans[figure.indicator], year) for figure in report.figures if figure.indicator in plans
    ]
    return _without_rivals(asked)


def _wish(figure: Figure, plan: Plan, year: int) -> Wish:
    view = _view(figure)
    planned = year + 1 if figure.year is None or figure.year <= year else figure.year
    wish = Wish(figure, plan.code, planned if view == "target" else year, view)
    if figure.kind == "rank" and not is_first(figure):
        return replace(wish, barred=_("A rank is told by who ranks, not by one township's records."))
    village = _ONE_VILLAGE.match(figure.name)
    if village and village["name"] not in GENERAL and not plan.kind.name.startswith(village[0]):
        words = {"village": village[0]}
        return replace(wish, barred=_("It is told of one place (%(village)s), not of the whole.") % words)
    if figure.value is None:
        return replace(wish, barred=_("The report does not tell the number."))
    return _change(wish, plan) if figure.kind == "level_change" else _level(wish, plan)


def is_first(figure: Figure) -> bool:
    """Tell whether a rank says that the first one of its kind came to be (首家), which is a number of one."""
    return figure.kind == "rank" and figure.quote.startswith("首") and figure.value == 1


def name_of(figure: Figure) -> str:
    """Return the name of what a figure measures, as names are compared."""
    return normal_name(figure.of if figure.kind == "level_change" and figure.of else figure.name)


def _view(figure: Figure) -> View:
    if figure.target:
        return "target"
    if figure.kind != "level_change":
        return "value"
    return "change" if figure.unit == POINTS else "growth"


def _change(wish: Wish, plan: Plan) -> Wish:
    """Return the wish for a growth: in per cent, in points for a rate, 一番 as a hundred per cent."""
    figure = wish.figure
    value, slack = written(figure)
    rate = plan.kind.unit in ("%", "‰")
    if figure.direction == "down":
        value = -value
    if figure.unit == "番":
        value, slack = (2 ** int(value) - 1) * Fraction(100), slack * 100
    elif figure.unit == "倍":
        value, slack = value * 100, slack * 100
    elif figure.unit not in ("%", POINTS):
        return replace(wish, barred=_("It is a change in %(unit)s.") % {"unit": figure.unit})
    if figure.unit == POINTS or rate:
        if not rate:
            return replace(wish, barred=_("The indicator is no rate; its growth is told in per cent."))
        return replace(wish, value=value, slack=slack, measured="change", view=_either(wish, "change"))
    if value <= -100:
        return replace(wish, barred=_("Nothing falls by more than all of it."))
    return replace(wish, value=value, slack=slack, measured="growth", view=_either(wish, "growth"))


def _either(wish: Wish, view: View) -> View:
    return "target" if wish.view == "target" else view


def _level(wish: Wish, plan: Plan) -> Wish:
    factor = unit_factor(wish.figure.unit, plan.kind.unit)
    if factor is None:
        words = {"unit": wish.figure.unit, "kept": plan.kind.unit or _("no unit")}
        return replace(wish, barred=_("It is stated in %(unit)s; the indicator is kept in %(kept)s.") % words)
    value, slack = written(wish.figure)
    return replace(wish, value=value * factor, slack=slack * factor)


def written(figure: Figure) -> tuple[Fraction, Fraction]:
    """Return the number as written and half of its last written digit."""
    number = Decimal(repr(figure.value)).normalize()
    exponent = min(int(number.as_tuple().exponent), 0)
    return Fraction(number), Fraction(1, 2) * Fraction(10) ** exponent


def unit_factor(unit: str, kept: str) -> Fraction | None:
    """Return what one *unit* is in the unit *kept*: 亿元 → 万元 10000, 万件 → 起 10000; None if alien."""
    try:
        return Fraction(convert(Decimal(1), unit, kept))
    except ReportedError:
        pass
    (power, bare), (kept_power, kept_bare) = _split(unit), _split(kept)
    alike = bare == kept_bare or {family(bare), family(kept_bare)} <= COUNTED
    if alike:
        return Fraction(power, kept_power)
    scale = _split_convert(bare, kept_bare)
    return None if scale is None else scale * Fraction(power, kept_power)


def _split(unit: str) -> tuple[int, str]:
    """Return the power of ten before a unit and the bare unit: 万件 is 10,000 times 件."""
    power = 1
    while len(unit) > 1 and unit[0] in POWERS:
        power, unit = power * POWERS[unit[0]], unit[1:]
    return power, unit


def _split_convert(bare: str, kept: str) -> Fraction | None:
    try:
        return Fraction(convert(Decimal(1), bare, kept))
    except ReportedError:
        return None


# ── several figures of one indicator ──────────────────────────────────────────────────────────────────


def _without_rivals(wishes: Sequence[Wish]) -> list[Wish]:
    """Return the wishes, those barred that give an indicator another value than a better named one."""
    best: dict[tuple[str, int, str, str], Wish] = {}
    for wish in sorted(wishes, key=_strangeness):
        if not wish.barred:
            best.setdefault(_key(wish), wish)
    return [_unless_rival(wish, best) for wish in wishes]


def _key(wish: Wish) -> tuple[str, int, str, str]:
    return wish.code, wish.year, wish.view, wish.measured


def _strangeness(wish: Wish) -> tuple[bool, bool, int]:
    """Return how far a figure's name and unit are from those of its indicator; the plainest comes first."""
    kind = library().indicators[wish.code]
    names = {normal_name(name) for name in (kind.name, *kind.aliases)}
    own = name_of(wish.figure)
    other_unit = _split(wish.figure.unit)[1] != _split(kind.unit)[1]
    return own not in names, other_unit, min(abs(len(own) - len(name)) for name in names)


def _unless_rival(wish: Wish, best: dict[tuple[str, int, str, str], Wish]) -> Wish:
    if wish.barred:
        return wish
    chosen = best[_key(wish)]
    if abs(chosen.value - wish.value) <= max(wish.slack, chosen.slack):
        return wish
    words = {"quote": chosen.figure.quote, "name": chosen.figure.name}
    barred = _("The report gives this indicator %(quote)s (%(name)s) too.") % words
    return replace(wish, barred=barred, rival=chosen.figure)


def is_told(wish: Wish) -> bool:
    """Tell whether the figure is entered with a signature, not counted from records."""
    return isinstance(catalogue().plan(wish.code).node, Series)


def granted(wishes: Iterable[Wish]) -> list[Wish]:
    """Return the wishes that ask for something."""
    return [wish for wish in wishes if not wish.barred]
