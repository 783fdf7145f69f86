"""Figures of a report against last year's report and against the ledger."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from zhenshu.papers.checking.finding import Finding, Place
from zhenshu.papers.checking.numbers import show, unit_factor
from zhenshu.papers.checking.repeats import rounding
from zhenshu.papers.reading.document import Document
from zhenshu.papers.reading.figures import Figure
from zhenshu.papers.reading.grammar.units import family
from zhenshu.papers.reading.linking import normal_name
from zhenshu.papers.reading.structure import Structure


class ReadReport(Protocol):
    """What the checker needs of a report that was read."""

    @property
    def document(self) -> Document: ...
    @property
    def structure(self) -> Structure: ...
    @property
    def figures(self) -> Sequence[Figure]: ...


# The value and its unit, by indicator code or by the figure's name.
Ledger = Mapping[str, tuple[float, str]]
_GROWTH_WORDS = re.compile("(?:同比)?(?:增长|增幅|增速|增长率|下降|降幅)(?:率)?$")


def check_targets(report: ReadReport, last: ReadReport) -> Iterator[Finding]:
    """Results of this year that miss what last year's report promised."""
    results = Matches([one for one in report.figures if _result(one)])
    for target in last.figures:
        if not target.target or target.value is None:
            continue
        result = results.find(target)
        if result is None or target.year and result.year and target.year != result.year:
            continue
        if _missed(target, result):
            yield _target_finding(target, result)


Key = tuple[str, str]


class Matches:
    """Figures of one report to be found by a figure of the other: by name, else by indicator; same unit.

    A name stated twice is found where it stands first. An indicator finds a figure only where no other
    figure of the report with that unit is linked to it: links by likeness may be wrong.
    """

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._by_name: dict[Key, Figure] = {_name_key(one): one for one in reversed(figures)}
        by_code: dict[Key, list[Figure]] = {}
        for one in figures:
            if one.indicator:
                by_code.setdefault((one.indicator, _kind_of_unit(one)), []).append(one)
        self._by_code = {key: found[0] for key, found in by_code.items() if len(found) == 1}

    def find(self, figure: Figure) -> Figure | None:
        """Return the figure that measures the same; None when there is none."""
        named = self._by_name.get(_name_key(figure))
        if named is not None or not figure.indicator:
            return named
        return self._by_code.get((figure.indicator, _kind_of_unit(figure)))


def _name_key(figure: Figure) -> Key:
    return normal_name(figure.name), _kind_of_unit(figure)


def _result(figure: Figure) -> bool:
    return figure.kind in ("actual", "level_change") and not figure.target and figure.value is not None


def _kind_of_unit(figure: Figure) -> str:
    return f"{figure.kind == 'level_change'}{re.sub('^(?:亿|万|千)', '', figure.unit)}"


def _missed(target: Figure, result: Figure) -> bool:
    """A floor (不少于, 左右 too) is missed from below, a ceiling (以内) from above."""
    promised, reached = _signed(target), _signed(result)
    slack = rounding(target) + rounding(result)
    if target.bound in ("<=", "<"):
        return reached > promised + slack
    if target.bound == "~":
        slack += abs(promised) * 0.05
    return reached < promised - slack


def _signed(figure: Figure) -> float:
    value = (figure.value or 0.0) * unit_factor(figure.unit)
    return -value if figure.direction == "down" and figure.kind == "level_change" else value


def _target_finding(target: Figure, result: Figure) -> Finding:
    promised, reached = _words(target), _words(result)
    return Finding(
        kind="target",
        message=f"“{target.name}”上年报告承诺{target.quote}，本年报告为{reached}，没有达到。",
        places=(_place(result),),
        stated=reached,
        computed=promised,
        arithmetic=f"{reached} {'>' if target.bound in ('<=', '<') else '<'} {promised}",
        last_places=(_place(target),),
    )


def check_last_levels(report: ReadReport, last: ReadReport) -> Iterator[Finding]:
    """Growth stated this year that doesn't fit the level of last year's report."""
    levels = Matches([one for one in last.figures if _level(one)])
    for level, growth in _with_growth(report.figures):
        old = levels.find(level)
        if old is None or not old.value or not level.value or not growth.value:
            continue
        rates = [100 * (new / base - 1) for new in _ends(level) for base in _ends(old)]
        stated = -growth.value if growth.direction == "down" else growth.value
        slack = 10.0 ** -_decimals(growth)
        if not min(rates) - slack <= stated <= max(rates) + slack:
            yield _level_finding(old, level, growth, sum(rates) / len(rates))


def _level(figure: Figure) -> bool:
    return figure.kind == "actual" and not figure.target and figure.bound == "="


def _with_growth(figures: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Each level with the growth rate stated right behind it."""
    for level, growth in zip(figures, figures[1:], strict=False):
        same = growth.of == level.name or _GROWTH_WORDS.sub("", growth.name) == level.name
        if (
            _level(level)
            and growth.kind == "level_change"
            and growth.unit == "%"
            and same
            and not growth.target
        ):
            yield level, growth


def _ends(figure: Figure) -> tuple[float, float]:
    value = (figure.value or 0.0) * unit_factor(figure.unit)
    half = rounding(figure)
    return value - half, value + half


def _decimals(figure: Figure) -> int:
    digits = re.search(r"\d+\.(\d+)", figure.quote)
    return len(digits[1]) if digits else 0


def _level_finding(old: Figure, level: Figure, growth: Figure, rate: float) -> Finding:
    computed = f"{show(rate, 1)}%"
    return Finding(
        kind="last-level",
        message=f"“{level.name}”上年报告为{_words(old)}，本年{_words(level)}，应变动{computed}，文中写作{growth.quote}。",
        places=(_place(level), _place(growth)),
        stated=growth.quote,
        computed=computed,
        arithmetic=f"{_words(level)} ÷ {_words(old)} − 1 = {computed}",
        last_places=(_place(old),),
    )


def check_ledger(report: ReadReport, ledger: Ledger, year: int | None = None) -> Iterator[Finding]:
    """Results that differ from what the ledger yields; with *year*, only those of that year."""
    for figure in report.figures:
        kept = ledger.get(figure.indicator or "") or ledger.get(figure.name)
        if kept is None or figure.value is None or figure.target or figure.kind != "actual":
            continue
        if year and figure.year not in (None, year) or family(figure.unit) != family(kept[1]):
            continue
        value = kept[0] * unit_factor(kept[1])
        if _agrees(figure, value):
            continue
        computed = f"{show(value / unit_factor(figure.unit), 4)}{figure.unit}"
        yield Finding(
            kind="ledger",
            message=f"“{figure.name}”台账为{computed}，文中写作{figure.quote}。",
            places=(_place(figure),),
            stated=_words(figure),
            computed=computed,
            arithmetic=f"{_words(figure)} ≠ {computed}",
        )


def _agrees(figure: Figure, value: float) -> bool:
    """True when *value* can be written as the figure writes it, its bound included."""
    stated = (figure.value or 0.0) * unit_factor(figure.unit)
    half = rounding(figure) * 1.000001
    match figure.bound:
        case ">=" | ">":
            return stated - half <= value < stated * 1.2 + half
        case "<=" | "<":
            return stated * 0.8 - half < value <= stated + half
        case "~":
            return abs(value - stated) <= max(half, stated * 0.1)
    return abs(value - stated) <= half


def _words(figure: Figure) -> str:
    return f"{show(figure.value or 0.0, 4)}{figure.unit}"


def _place(figure: Figure) -> Place:
    return Place(figure.start, figure.end, figure.quote)
