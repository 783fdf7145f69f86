"""What the ledger tells now of the figures of a kept report: changed since, and against a closed period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from zhenshu.measures.indicators.closing import closing_of
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.evaluate import rounded
from zhenshu.papers.publishing.content import composed_of
from zhenshu.papers.publishing.models import Report, State
from zhenshu.papers.writing.figures import ComposedFigure, Figures, plain_number
from zhenshu.papers.writing.promises import is_promise, promises_of
from zhenshu.papers.writing.templates import Slot


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure that the ledger tells otherwise than when the report was derived.

    *then* and *now* are as they are shown (None: there is nothing to state any more); *difference* is a
    number with its sign, empty where there is none. *redefined*: its definition changed as well.
    """

    figure: ComposedFigure
    then: str
    now: str | None
    difference: str
    redefined: bool


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A figure of a report against the value its closed period holds."""

    name: str
    year: int
    closed: str
    shown: str


def changes_since(report: Report) -> list[Changed]:
    """Return each figure of a report that has changed since it was derived, in the order of the text."""
    return changed_figures(report, composed_of(report).figures)


def changed_figures(report: Report, figures: Iterable[ComposedFigure]) -> list[Changed]:
    """Return those of *figures* that the ledger tells otherwise now; all are read together.

    Of a figure that is being counted anew nothing is told yet.
    """
    asked = list({figure.key: figure for figure in figures}.values())
    now = _Now(report)
    settled = [figure for figure in asked if not now.figures.waits(figure.code)]
    return [found for figure in settled if (found := _changed(figure, now.shown(figure))) is not None]


class _Now:
    """What the ledger tells now of the figures of one report."""

    def __init__(self, report: Report) -> None:
        codes = {figure["code"] for figure in report.content["figures"].values()}
        self.figures = Figures(sorted(codes), report.area, report.year)
        counted = any(is_promise(code) for code in codes)
        self.promises = promises_of(report.area, report.year) if counted else None

    def shown(self, figure: ComposedFigure) -> str | None:
        if self.promises is not None and is_promise(figure.code):
            return str(self.promises.count(figure.code, figure.view))
        target_year = figure.target_year or self.figures.year
        return self.figures.shown(Slot(figure.code, figure.view), target_year=target_year)


def _changed(figure: ComposedFigure, told: str | None) -> Changed | None:
    then = figure.override.derived if figure.override else figure.shown
    if told == then:
        return None
    plan = catalogue().plans.get(figure.code)
    redefined = plan is not None and plan.version != figure.version
    return Changed(figure, then, told, _difference(then, told), redefined)


def _difference(then: str, now: str | None) -> str:
    try:
        moved = Decimal(now or "") - Decimal(then)
    except InvalidOperation:
        return ""  # words such as 增长, or nothing to state any more
    return f"{'+' if moved > 0 else ''}{plain_number(moved)}"


def against_closing(report: Report) -> list[Contradiction]:
    """Return the figures of a report that contradict the closed period of its year.

    A figure that was overridden is answered for and does not count.
    """
    closing = closing_of(report.area, str(report.year))
    if closing is None:
        return []
    held = {one.indicator: one.value for one in closing.values.filter(area_id=report.area_id)}
    return list(_contradictions(composed_of(report).figures, held, report.year))


def _contradictions(
    figures: Iterable[ComposedFigure], held: dict[str, Decimal | None], year: int
) -> Iterator[Contradiction]:
    plans = catalogue().plans
    for figure in figures:
        plan = plans.get(figure.code)
        if figure.view != "value" or figure.override or plan is None or held.get(figure.code) is None:
            continue
        closed = rounded(held[figure.code], plan.decimals)
        if closed is not None and closed != figure.value:
            yield Contradiction(figure.name, year, plain_number(closed), figure.shown)


def changed_since_publication(reports: Iterable[Report]) -> int:
    """Return how many figures of published reports the ledger tells otherwise now."""
    return sum(len(changes_since(report)) for report in reports if report.state == State.PUBLISHED)
