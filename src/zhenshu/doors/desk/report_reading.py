"""A report that was read, as its page shows it: marked text, figures beside the ledger, contradictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from zhenshu.papers.adopting.figures import subject_of
from zhenshu.papers.adopting.models import SourceReport
from zhenshu.papers.adopting.shapes import ItemProposal, Proposals, TargetProposal, ValueProposal, place_of
from zhenshu.papers.adopting.sources import last_source, reading_of
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
CONTEXT = 160


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text that belongs to a line of the list; *join* is the key of that line."""

    start: int
    end: int
    look: str
    join: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the text with one look; *joins* are the keys of its lines in the list."""

    text: str
    look: str = ""
    joins: str = ""


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of the report beside what the ledger holds, and what it was or may be taken over as."""

    join: str
    quote: str
    name: str
    kind: str | Promise
    indicator: str
    link: str
    ledger: str
    difference: str
    target: TargetProposal | None
    value: ValueProposal | None


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A commitment of the report with the plan item proposed for it."""

    join: str
    quote: str
    due: str
    item: ItemProposal


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A finding of the checker in words, with the places it quotes in this report and in last year's."""

    join: str
    kind: str
    message: str
    arithmetic: str
    quotes: Sequence[str]
    last_quotes: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Everything the page of a kept report shows."""

    stretches: Sequence[Stretch]
    lines: Sequence[FigureLine]
    promises: Sequence[PromiseLine]
    findings: Sequence[Contradiction]
    last: SourceReport | None


def read_page(source: SourceReport, report: Report, proposals: Proposals) -> ReadPage:
    """Return the page of a report: read, held against the ledger and against last year's report."""
    held = Figures([one.indicator for one in report.figures if one.indicator], source.area, source.year)
    last = last_source(source)
    findings = check_report(
        report,
        last=reading_of(last) if last else None,
        ledger=ledger_of(held),
        ledger_year=source.year,
    )
    marks = [*figure_marks(report), *promise_marks(report), *finding_marks(findings)]
    return ReadPage(
        stretches=list(marked_text(report.document.text, marks)),
        lines=figure_lines(report, held, proposals),
        promises=promise_lines(proposals),
        findings=[_in_words(number, one) for number, one in enumerate(findings)],
        last=last,
    )


# ── the text ──────────────────────────────────────────────────────────────────────────────────────────


def figure_marks(report: Report) -> Iterator[Mark]:
    """Yield each figure once, though one number may be the figure of several things."""
    for place, one in {(one.start, one.end): one for one in report.figures}.items():
        yield Mark(*place, f"zs-figure zs-figure-{one.kind}", f"f{place_of(*place)}")


def promise_marks(report: Report) -> Iterator[Mark]:
    for one in report.commitments:
        yield Mark(one.start, one.end, "zs-promise", f"c{place_of(one.start, one.end)}")


def finding_marks(findings: Iterable[Finding]) -> Iterator[Mark]:
    for number, one in enumerate(findings):
        for place in one.places:
            yield Mark(place.start, place.end, "zs-finding", f"k{number}")


def marked_text(text: str, marks: Iterable[Mark]) -> Iterator[Stretch]:
    """Yield the whole text, cut where a mark begins or ends."""
    begins: dict[int, list[Mark]] = {}
    ends: dict[int, list[Mark]] = {}
    for mark in marks:
        if mark.start < mark.end:
            begins.setdefault(mark.start, []).append(mark)
            ends.setdefault(mark.end, []).append(mark)
    here: list[Mark] = []
    last = 0
    for place in [*sorted(begins.keys() | ends.keys()), len(text)]:
        if place > last:
            yield _stretch(text[last:place], here)
            last = place
        here = [mark for mark in here if mark not in ends.get(place, ())] + begins.get(place, [])


def _stretch(text: str, marks: Sequence[Mark]) -> Stretch:
    looks = dict.fromkeys(mark.look for mark in marks)
    return Stretch(text, " ".join(looks), " ".join(mark.join for mark in marks))


def paragraph_of(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Return the words before a place in its paragraph, the place, and the words behind it."""
    first = max(text.rfind("\n", 0, start) + 1, start - CONTEXT)
    stop = text.find("\n", end)
    last = min(len(text) if stop < 0 else stop, end + CONTEXT)
    return text[first:start].lstrip(), text[start:end], text[end:last].rstrip()


# ── the lists ─────────────────────────────────────────────────────────────────────────────────────────


def figure_lines(report: Report, held: Figures, proposals: Proposals) -> list[FigureLine]:
    """Return the figures of the report, results beside the ledger's value."""
    targets = {(one.place, one.subject): one for one in proposals.targets}
    values = {(one.place, one.subject): one for one in proposals.values}
    return [_line(one, held, targets, values) for one in report.figures]


Told = tuple[str, str]


def _line(
    figure: Figure,
    held: Figures,
    targets: Mapping[Told, TargetProposal],
    values: Mapping[Told, ValueProposal],
) -> FigureLine:
    code, place = figure.indicator or "", place_of(figure.start, figure.end)
    told = place, subject_of(figure)
    compared = figure.kind == "actual" and figure.year in (None, held.year)
    kept = held.value(code) if compared and held.exists(code) else None
    shown = f"{plain_number(kept.value)}{kept.unit}" if kept and kept.value is not None else ""
    return FigureLine(
        join=f"f{place}",
        quote=figure.quote,
        name=figure.name,
        kind=KINDS[figure.kind],
        indicator=held.board.plan(code).kind.name if code in held.codes else "",
        link=link_to(code, held.area, held.period) if kept else "",
        ledger=shown,
        difference=_difference(figure, kept.value, kept.unit) if kept and kept.value is not None else "",
        target=targets.get(told),
        value=values.get(told),
    )


def _difference(figure: Figure, value: Decimal, unit: str) -> str:
    """Return ledger less report in the report's unit; empty when they are equal or the figure is unknown."""
    if figure.value is None:
        return ""
    factor = Decimal(str(unit_factor(unit))) / Decimal(str(unit_factor(figure.unit)))
    change = round(value * factor - Decimal(str(figure.value)), 4)
    return f"{'+' if change > 0 else ''}{plain_number(change)}" if change else ""


def promise_lines(proposals: Proposals) -> list[PromiseLine]:
    return [PromiseLine(f"c{one.place}", one.quote, f"{one.due}", one) for one in proposals.items]


# ── the checker ───────────────────────────────────────────────────────────────────────────────────────


def ledger_of(held: Figures) -> Ledger:
    """Return the values of the year by indicator, as the checker compares them."""
    known = ((code, held.value(code)) for code in held.codes if held.exists(code))
    return {code: (float(one.value), one.unit) for code, one in known if one.value is not None}


def _in_words(number: int, finding: Finding) -> Contradiction:
    return Contradiction(
        join=f"k{number}",
        kind=KIND_NAMES[finding.kind],
        message=finding.message,
        arithmetic=finding.arithmetic,
        quotes=[place.quote for place in finding.places],
        last_quotes=[place.quote for place in finding.last_places],
    )
