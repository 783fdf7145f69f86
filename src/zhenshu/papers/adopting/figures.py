"""The figures of a report as proposed targets and reported values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from zhenshu.ground.packs.local_figures import PACK, LocalFigure
from zhenshu.ground.packs.registry import library
from zhenshu.measures.indicators.definitions import Plan, Series, catalogue
from zhenshu.measures.indicators.errors import ReportedError
from zhenshu.measures.indicators.models import Bound, Reported, Target
from zhenshu.measures.indicators.units import convert
from zhenshu.papers.adopting.models import SourceReport
from zhenshu.papers.adopting.shapes import TargetProposal, ValueProposal
from zhenshu.papers.linked import catalogue_in_force
from zhenshu.papers.reading.figures import Figure
from zhenshu.papers.reading.linking import link, normal_name, propose_indicator
from zhenshu.papers.reading.report import Report

# From this confidence on a link to an indicator is ticked without being looked at.
SURE = 0.9
NAME_LIMIT = 60
BOUNDS: Mapping[str, str] = {
    ">=": Bound.AT_LEAST, ">": Bound.AT_LEAST, "=": Bound.AT_LEAST,
    "<=": Bound.AT_MOST, "<": Bound.AT_MOST, "~": Bound.ABOUT,
}  # fmt: skip
TURNED: Mapping[str, str] = {Bound.AT_LEAST: Bound.AT_MOST, Bound.AT_MOST: Bound.AT_LEAST}
# Words with which things are counted one by one: five 家 are five 个.
COUNTERS = frozenset("个家户项处所座")
POINTS = frozenset({"个百分点", "百分点"})
_TAIL = re.compile("(?:增长|增幅|增速|下降|降幅)$")


def number_of(value: float) -> Decimal:
    """Return a figure as it is written, without the tail of binary fractions."""
    return Decimal(repr(value)).normalize() + 0


def subject_of(figure: Figure) -> str:
    """Return what a figure measures; of a growth, what grows."""
    name = figure.of if figure.kind == "level_change" and figure.of else figure.name
    return _TAIL.sub("", name) if figure.kind == "level_change" else name


# ── what a figure is a value of ───────────────────────────────────────────────────────────────────────


@dataclass
class Meanings:
    """Finds the indicator of a figure, or declares one under its business line, each name once."""

    _slugs: dict[str, str] = field(default_factory=dict)

    def known(self, figure: Figure) -> tuple[Plan | None, bool]:
        """Return the plan of the indicator a figure is linked to, and whether that is sure."""
        plan = catalogue().plans.get(figure.indicator or "")
        if plan is None:
            return None, False
        return plan, link(figure, catalogue_in_force())[1] >= SURE

    def declared(self, figure: Figure, unit: str) -> LocalFigure | None:
        """Return the reported indicator that would hold the figure; None where its name says too little."""
        name = subject_of(figure)
        if not 2 <= len(name) <= NAME_LIMIT or not unit:
            return None
        slug = self._slug(figure, name)
        return LocalFigure(slug, name, unit, figure.line)

    def _slug(self, figure: Figure, name: str) -> str:
        """Return the code of a name; names that sound alike get a number behind it."""
        base = propose_indicator(replace(figure, name=name, of=None)).code.partition(".")[2]
        base = base if base[:1].isalpha() else f"n_{base}"
        slug, number = base, 1
        while self._slugs.setdefault(slug, name) != name or _taken(slug, name):
            number += 1
            slug = f"{base}_{number}"
        return slug


def _taken(slug: str, name: str) -> bool:
    known = library().indicators.get(f"{PACK}.{slug}")
    return known is not None and known.name != name


# ── targets ───────────────────────────────────────────────────────────────────────────────────────────


def propose_targets(source: SourceReport, report: Report, meanings: Meanings) -> list[TargetProposal]:
    """Return a proposal per planned figure, the first where the report plans one quantity twice."""
    units = _stated_units(report.figures)
    standing = _standing_targets(source)
    found: dict[tuple[str, int, str], TargetProposal] = {}
    for figure in report.figures:
        if not figure.target or figure.value is None or figure.kind == "rank":
            continue
        proposal = _target(figure, source, meanings, units)
        if proposal is not None:
            what = (proposal.code, proposal.year, proposal.measured)
            sentence = _sentence_of(figure, report)
            found.setdefault(what, replace(proposal, quote=sentence, target=standing.get(what)))
    return list(found.values())


def _sentence_of(figure: Figure, report: Report) -> str:
    """Return the commitment a planned figure stands in, which says more than the number alone."""
    around = (one for one in report.commitments if one.start <= figure.start and figure.end <= one.end)
    return next((one.quote for one in around), figure.quote)


def _stated_units(figures: Iterable[Figure]) -> dict[str, str]:
    """Return the unit in which the report states the level of each name: a growth alone names none."""
    levels = (one for one in figures if one.kind in ("actual", "target") and one.unit)
    return {one.name: one.unit for one in reversed(list(levels))}


def _target(
    figure: Figure, source: SourceReport, meanings: Meanings, units: Mapping[str, str]
) -> TargetProposal | None:
    plan, sure = meanings.known(figure)
    measured, value, bound = measured_of(figure)
    level_unit = figure.unit if measured == "value" else units.get(subject_of(figure), "")
    declares = None if plan else meanings.declared(figure, level_unit)
    if plan is None and declares is None:
        return None
    unit, refusal = figure.unit, ""
    if plan is not None:
        unit, value, refusal = _in_unit_of(plan, figure.unit, value, measured)
    return TargetProposal(
        start=figure.start,
        end=figure.end,
        quote=figure.quote,
        subject=subject_of(figure),
        name=plan.kind.name if plan else declares.name if declares else "",
        code=plan.code if plan else declares.code if declares else "",
        year=figure.year or source.year + 1,
        measured=measured,
        bound=bound,
        value=value,
        unit=unit,
        line=figure.line,
        sure=not refusal and (sure or plan is None and subject_of(figure) in units and measured != "value"),
        declares=declares,
        refusal=refusal,
    )


def measured_of(figure: Figure) -> tuple[str, Decimal, str]:
    """Return what of the indicator is planned, how much, and how it binds.

    A fall of at least 5 % is a growth of at most −5 %.
    """
    value, bound = number_of(figure.value or 0.0), BOUNDS.get(figure.bound, Bound.AT_LEAST)
    if figure.kind != "level_change":
        return "value", value, bound
    measured = "growth" if figure.unit == "%" else "change"
    if figure.direction == "down":
        return measured, -value, TURNED.get(bound, bound)
    return measured, value, bound


def _in_unit_of(plan: Plan, unit: str, value: Decimal, measured: str) -> tuple[str, Decimal, str]:
    """Return unit and value as the indicator keeps them, and why they cannot be where they cannot."""
    if measured == "growth" or measured == "change" and unit in POINTS:
        return ("%" if unit in POINTS else unit), value, ""
    if not unit:
        words = {"name": plan.kind.name, "unit": plan.kind.unit or "件"}
        return "", value, _("A target of %(name)s needs a unit, such as %(unit)s.") % words
    if {unit, plan.kind.unit} <= COUNTERS:
        return plan.kind.unit, value, ""
    try:
        return plan.kind.unit, convert(value, unit, plan.kind.unit), ""
    except ReportedError as error:
        return unit, value, str(error)


def _standing_targets(source: SourceReport) -> dict[tuple[str, int, str], Target]:
    rows = Target.objects.filter(area=source.area_id, office=None, ended=False)
    return {(row.indicator, row.year, row.measured): row for row in rows}


# ── reported values ───────────────────────────────────────────────────────────────────────────────────


def propose_values(
    source: SourceReport, report: Report, meanings: Meanings, planned: Iterable[TargetProposal]
) -> list[ValueProposal]:
    """Return a proposal per result that no record yields: of a reported series, or of none that is known.

    Ticked are known series, and unknown ones of which the report's own plan speaks again.
    """
    wanted = {normal_name(one.name) for one in planned}
    standing = _standing_values(source)
    found: dict[str, ValueProposal] = {}
    for figure in report.figures:
        if figure.target or figure.kind != "actual" or figure.value is None:
            continue
        if figure.year not in (None, source.year):
            continue
        proposal = _value(figure, source, meanings, wanted)
        if proposal is not None:
            found.setdefault(proposal.code, replace(proposal, standing=standing.get(proposal.code)))
    return list(found.values())


def _value(
    figure: Figure, source: SourceReport, meanings: Meanings, wanted: set[str]
) -> ValueProposal | None:
    plan, sure = meanings.known(figure)
    if plan is not None and not isinstance(plan.node, Series):
        return None
    declares = None if plan else meanings.declared(figure, figure.unit)
    if plan is None and declares is None:
        return None
    value, unit, refusal = number_of(figure.value or 0.0), figure.unit, ""
    if plan is not None:
        unit, value, refusal = _in_unit_of(plan, figure.unit, value, "value")
    return ValueProposal(
        start=figure.start,
        end=figure.end,
        quote=figure.quote,
        subject=subject_of(figure),
        name=plan.kind.name if plan else declares.name if declares else "",
        code=plan.code if plan else declares.code if declares else "",
        year=source.year,
        value=value,
        unit=unit,
        line=figure.line,
        sure=not refusal and (sure if plan else normal_name(figure.name) in wanted),
        declares=declares,
        refusal=refusal,
    )


def _standing_values(source: SourceReport) -> dict[str, Reported]:
    rows = Reported.objects.filter(area=source.area_id, period=str(source.year), replaced_by=None)
    return {row.indicator: row for row in rows}


def declarations(proposals: Iterable[TargetProposal | ValueProposal]) -> Iterator[LocalFigure]:
    """Yield the indicators that must be defined before these can be taken over."""
    for one in proposals:
        if one.declares is not None:
            yield one.declares
