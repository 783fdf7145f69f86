"""What a report proposes: its commitments as plan items, its figures as targets and reported values.

Nothing is stored here. A proposal whose record exists already carries it, so that a report may be looked
at and confirmed as often as one likes and nothing is made twice.
"""

from __future__ import annotations

from zhenshu.ground.packs.registry import library
from zhenshu.papers.adopting.figures import Meanings, propose_targets, propose_values
from zhenshu.papers.adopting.models import SourceReport
from zhenshu.papers.adopting.offices import OfficeFinder
from zhenshu.papers.adopting.shapes import ItemProposal, Proposals
from zhenshu.papers.adopting.sources import reading_of
from zhenshu.papers.adopting.words import due_day, is_checkable, is_project, title_of
from zhenshu.papers.reading.linking import propose_plan_item
from zhenshu.papers.reading.report import Report
from zhenshu.registers.plans.models import PlanItem, State

TASK, PROJECT = "plans.task", "plans.project"
CATEGORY = "work_report"


def propose(source: SourceReport, report: Report | None = None) -> Proposals:
    """Return everything that a kept report proposes, with what was taken over already."""
    report = report or reading_of(source)
    meanings = Meanings()
    targets = propose_targets(source, report, meanings)
    values = propose_values(source, report, meanings, targets)
    return Proposals(tuple(propose_items(source, report)), tuple(targets), tuple(values))


def propose_items(source: SourceReport, report: Report) -> list[ItemProposal]:
    """Return the commitments as plan items; one that was made and cancelled may be made again."""
    made = {item.source_place: item for item in items_of(source)}
    finder, year, kinds = OfficeFinder(source.area), plan_year_of(source, report), item_kinds()
    found: dict[str, ItemProposal] = {}
    for commitment in report.commitments:
        kind = PROJECT if is_project(commitment) and PROJECT in kinds else TASK
        category = CATEGORY if kind in kinds and CATEGORY in library().plan_kinds[kind].categories else ""
        proposal = ItemProposal(
            start=commitment.start,
            end=commitment.end,
            quote=commitment.quote,
            title=title_of(commitment),
            kind=kind,
            category=category,
            due=due_day(commitment.due, year),
            line=commitment.line,
            office=finder.suggest(commitment.line, propose_plan_item(commitment).office_words),
            sure=is_checkable(commitment),
            item=made.get(f"{commitment.start}-{commitment.end}"),
        )
        found.setdefault(proposal.key, proposal)
    return list(found.values())


def items_of(source: SourceReport) -> list[PlanItem]:
    """Return the plan items made from a report that still count."""
    rows = PlanItem.objects.filter(source_report=source.pk).exclude(state=State.CANCELLED)
    return list(rows.select_related("lead_office").order_by("pk"))


def plan_year_of(source: SourceReport, report: Report) -> int:
    """Return the year the plan part of a report speaks of."""
    years = (one.year for one in report.structure.sections if one.role == "plan" and one.year)
    return next(years, source.year + 1)


def item_kinds() -> dict[str, str]:
    """Return the names of the plan kinds a commitment may become, by code, those the packs declare."""
    kinds = library().plan_kinds
    return {code: kinds[code].name for code in (TASK, PROJECT) if code in kinds}
