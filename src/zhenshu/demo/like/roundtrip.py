"""A report read, a township built like it, and every figure held against what its records state."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TextIO

from django.utils.translation import gettext as _

from zhenshu.demo.like.township import Township
from zhenshu.demo.like.wishes import Wish, written
from zhenshu.measures.indicators.compare import Growth
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.evaluate import Board, evaluate_board
from zhenshu.measures.indicators.models import Target
from zhenshu.papers.reading.figures import Figure

Outcome = Literal["equal", "met", "contradiction", "differs", "infeasible", "not covered"]
WORDS: dict[Outcome, str] = {
    "equal": "相等", "met": "达到", "contradiction": "矛盾", "differs": "不等", "infeasible": "做不到",
    "not covered": "无指标",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of the report beside what the township states; *composed* is in the unit of the report."""

    name: str
    quote: str
    kind: str
    value: float | None
    unit: str
    indicator: str | None
    view: str
    year: int | None
    composed: float | None
    n: int
    made_from: str
    outcome: Outcome
    why: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How many figures there are, how many an indicator covers, and how many of those came out equal.

    *met* are bounds (超, 不少于) that another value keeps, *contradictory* those whose name the report gives
    another value as well; both are covered and not equal.
    """

    figures: int
    covered: int
    equal: int
    met: int
    contradictory: int
    differs: int
    infeasible: int

    @property
    def share(self) -> float:
        """The share of the covered figures that are equal, in per cent."""
        return round(100 * self.equal / self.covered, 1) if self.covered else 100.0


def compare_figures(built: Township) -> list[Line]:
    """Return every figure of the report with what the township's records state, in the order of the text."""
    wishes = {id(wish.figure): (place, wish) for place, wish in enumerate(built.wishes)}
    board = _board(built)
    found = []
    for figure in built.report.figures:
        place, wish = wishes.get(id(figure), (-1, None))
        found.append(_line(figure, wish, built.reasons.get(place, ""), built, board))
    return found


def _board(built: Township) -> Board | None:
    codes = sorted({wish.code for wish in built.wishes})
    return evaluate_board(codes, [built.town], [str(built.year)]) if codes else None


def _line(figure: Figure, wish: Wish | None, reason: str, built: Township, board: Board | None) -> Line:
    if wish is None or board is None:
        return _told(figure, None, None, "not covered", _("No indicator yields it."))
    found = _composed(wish, built, board)
    if found is not None and not wish.barred and reads_as(figure, found, wish):
        return _told(figure, wish, found, "equal", "", board, built)
    outcome, why = _unequal(wish, found, reason)
    return _told(figure, wish, found, outcome, why, board, built)


def _unequal(wish: Wish, found: Decimal | None, reason: str) -> tuple[Outcome, str]:
    """Return how a figure stands whose number the records don't state, and why."""
    if found is not None and (wish.rival is not None or not wish.barred) and keeps_bound(found, wish):
        return "met", _("The bound is kept; the records state another value.")
    if wish.contradicted:
        return "contradiction", reason
    return ("infeasible", reason) if reason else ("differs", _missing(found))


def _missing(found: Decimal | None) -> str:
    return _("The records state nothing here.") if found is None else _("The records state another value.")


def _told(
    figure: Figure,
    wish: Wish | None,
    found: Decimal | None,
    outcome: Outcome,
    why: str,
    board: Board | None = None,
    built: Township | None = None,
) -> Line:
    value = None
    if wish is not None and board is not None and built is not None and wish.view != "target":
        value = board.value(wish.code, built.town.pk, board.periods[0])
    factor = _factor(wish) if wish else Fraction(1)
    return Line(
        name=figure.name,
        quote=figure.quote,
        kind=figure.kind,
        value=figure.value,
        unit=figure.unit,
        indicator=figure.indicator,
        view=wish.view if wish else "",
        year=wish.year if wish else figure.year,
        composed=None if found is None else float(Fraction(found) / factor),
        n=value.n if value else 0,
        made_from="target" if wish and wish.view == "target" else value.made_from if value else "",
        outcome=outcome,
        why=why,
    )


def _composed(wish: Wish, built: Township, board: Board) -> Decimal | None:
    """Return what the installation states now, in the indicator's unit: value, growth, change or target."""
    if wish.view == "target":
        rows = Target.objects.filter(indicator=wish.code, area=built.town, office=None, year=wish.year)
        return rows.filter(measured=wish.measured, ended=False).values_list("value", flat=True).first()
    period = board.periods[0]
    now = board.number(wish.code, built.town.pk, period)
    if wish.view == "value":
        return now
    here, last_year, _before = board.compared[0]
    values = board.row(wish.code, built.town.pk).values
    before = values[last_year] if last_year is not None else None
    growth = Growth(values[here], before, catalogue().plan(wish.code).kind.unit)
    return growth.change if wish.view == "change" else growth.percent


def _factor(wish: Wish) -> Fraction:
    """Return what one of the figure's own units is in the unit of the value composed."""
    if wish.measured != "value" or wish.figure.value is None:
        return Fraction(1)
    value, _slack = written(wish.figure)
    return wish.value / value if value and wish.value else Fraction(1)


def reads_as(figure: Figure, found: Decimal, wish: Wish) -> bool:
    """Tell whether *found* is what the report says, rounded to the digits it is written with."""
    return abs(Fraction(found) - wish.value) <= (wish.slack if wish.slack else Fraction(0)) and (
        figure.value is not None
    )


def keeps_bound(found: Decimal, wish: Wish) -> bool:
    """Tell whether *found* keeps what the report says no exact number of: at least, or at most."""
    match wish.bound:
        case ">=":
            return Fraction(found) >= wish.value
        case "<=":
            return Fraction(found) <= wish.value
    return False


def summary_of(lines: Iterable[Line]) -> Summary:
    """Return the counts."""
    counts = Counter(line.outcome for line in lines)
    covered = counts.total() - counts["not covered"]
    return Summary(
        figures=counts.total(),
        covered=covered,
        equal=counts["equal"],
        met=counts["met"],
        contradictory=counts["contradiction"],
        differs=counts["differs"],
        infeasible=counts["infeasible"],
    )


# ── printing ──────────────────────────────────────────────────────────────────────────────────────────


def write_lines(lines: Sequence[Line], summary: Summary, out: TextIO) -> None:
    """Write one JSON object a figure, and the summary last."""
    for line in lines:
        out.write(json.dumps({"type": "figure", **asdict(line)}, ensure_ascii=False) + "\n")
    told = {"type": "summary", **asdict(summary), "share": summary.share}
    out.write(json.dumps(told, ensure_ascii=False) + "\n")


def write_table(lines: Sequence[Line], summary: Summary, out: TextIO) -> None:
    """Write a line for each figure and a summary."""
    for line in lines:
        composed = "" if line.composed is None else f"{line.composed:g}"
        told = f"{line.indicator} {composed}" if line.indicator else ""
        out.write(f"{WORDS[line.outcome]}  {line.quote}  {line.name}  {told}  {line.why}".rstrip() + "\n")
    out.write(
        f"\n数据 {summary.figures}，有指标 {summary.covered}，相等 {summary.equal}（{summary.share}%），"
        f"达到界限 {summary.met}，报告自相矛盾 {summary.contradictory}，"
        f"不等 {summary.differs}，做不到 {summary.infeasible}\n"
    )
