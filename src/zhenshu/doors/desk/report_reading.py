"""A report that was read, as its page shows it: marked text, figures beside the ledger, contradictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from zhenshu.ground.areas.models import Area
from zhenshu.papers.checking.across import Ledger
from zhenshu.papers.checking.check import check_report
from zhenshu.papers.checking.command import KIND_NAMES
from zhenshu.papers.checking.finding import Finding
from zhenshu.papers.checking.numbers import unit_factor
from zhenshu.papers.reading.figures import Figure
from zhenshu.papers.reading.report import Report
from zhenshu.papers.writing.figures import Figures, link_to, plain_number

KINDS: dict[str, str | Promise] = {
    "actual": gettext_lazy("Result"),
    "target": gettext_lazy("Target"),
    "level_change": gettext_lazy("Change"),
    "rank": gettext_lazy("Rank"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the text with one look; *join* is the key of its line in the list."""

    text: str
    look: str = ""
    join: str = ""


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of the report beside what the ledger holds."""

    join: str
    quote: str
    name: str
    kind: str | Promise
    indicator: str
    link: str
    ledger: str
    difference: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A finding of the checker in words."""

    kind: str
    message: str
    arithmetic: str


def year_of(report: Report, otherwise: int) -> int:
    """Return the year most results of a report speak of."""
    years = Counter(one.year for one in report.figures if one.kind == "actual" and one.year)
    return int(years.most_common(1)[0][0] or otherwise) if years else otherwise


# ── the text ──────────────────────────────────────────────────────────────────────────────────────────


def marked_text(report: Report) -> Iterator[Stretch]:
    """Yield the text as found, cut where a figure or a promise begins or ends."""
    text, figures, promises = report.document.text, report.figures, report.commitments
    cuts = {0, len(text)}
    cuts |= {place for one in figures for place in (one.start, one.end)}
    cuts |= {place for one in promises for place in (one.start, one.end)}
    places = sorted(cuts)
    keys = {place: number for number, one in enumerate(figures) for place in range(one.start, one.end)}
    promised = {place for one in promises for place in range(one.start, one.end)}
    for start, end in zip(places, places[1:], strict=False):
        number = keys.get(start)
        yield _stretch(text[start:end], figures, number, promised=start in promised)


def _stretch(text: str, figures: Sequence[Figure], number: int | None, *, promised: bool) -> Stretch:
    looks = ["zs-promise"] if promised else []
    if number is None:
        return Stretch(text, " ".join(looks))
    looks += ["zs-figure", f"zs-figure-{figures[number].kind}"]
    return Stretch(text, " ".join(looks), f"f{number}")


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────


def figure_lines(report: Report, held: Figures) -> list[FigureLine]:
    """Return the figures of the report, results beside the ledger's value."""
    return [_line(number, figure, held) for number, figure in enumerate(report.figures)]


def _line(number: int, figure: Figure, held: Figures) -> FigureLine:
    code = figure.indicator or ""
    compared = figure.kind == "actual" and figure.year in (None, held.year)
    kept = held.value(code) if compared and held.exists(code) else None
    shown = f"{plain_number(kept.value)}{kept.unit}" if kept and kept.value is not None else ""
    return FigureLine(
        join=f"f{number}",
        quote=figure.quote,
        name=figure.name,
        kind=KINDS[figure.kind],
        indicator=held.board.plan(code).kind.name if code in held.codes else "",
        link=link_to(code, held.area, held.period) if kept else "",
        ledger=shown,
        difference=_difference(figure, kept.value, kept.unit) if kept and kept.value is not None else "",
    )


def _difference(figure: Figure, value: Decimal, unit: str) -> str:
    """Return ledger less report in the report's unit; empty when they are equal or the figure is unknown."""
    if figure.value is None:
        return ""
    factor = Decimal(str(unit_factor(unit))) / Decimal(str(unit_factor(figure.unit)))
    change = round(value * factor - Decimal(str(figure.value)), 4)
    return f"{'+' if change > 0 else ''}{plain_number(change)}" if change else ""


# ── the checker ───────────────────────────────────────────────────────────────────────────────────────


def contradictions(report: Report, held: Figures) -> list[Contradiction]:
    """Return what contradicts the report's own arithmetic or the ledger."""
    return [_in_words(one) for one in check_report(report, ledger=ledger_of(held))]


def ledger_of(held: Figures) -> Ledger:
    """Return the values of the year by indicator, as the checker compares them."""
    known = ((code, held.value(code)) for code in held.codes if held.exists(code))
    return {code: (float(one.value), one.unit) for code, one in known if one.value is not None}


def _in_words(finding: Finding) -> Contradiction:
    return Contradiction(KIND_NAMES[finding.kind], finding.message, finding.arithmetic)


def held_for(report: Report, area: Area, year: int) -> Figures:
    """Return the ledger's figures that a report states."""
    return Figures([one.indicator for one in report.figures if one.indicator], area, year)
