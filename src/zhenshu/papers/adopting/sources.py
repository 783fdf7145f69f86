"""Keep a report that was read, find it again, correct what is said of it, set it aside."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.indicators.models import Target
from zhenshu.papers.adopting.errors import (
    SourceNotAllowedError,
    SourceNotFoundError,
    SourceStateError,
    SourceTooLongError,
)
from zhenshu.papers.adopting.models import SourceReport
from zhenshu.papers.linked import read_linked_text
from zhenshu.papers.reading.report import Report
from zhenshu.registers.plans.models import PlanItem, State

READERS = frozenset({Role.LEADER, Role.SECRETARY, Role.ADMINISTRATOR})
# A full report has 10,000 to 30,000 characters.
MOST_CHARACTERS = 500_000
FIRST_YEAR, LAST_YEAR = 1949, 2200
KEPT = ("area_id", "year", "title", "digest", "form", "figures", "commitments", "set_aside")


def visible_sources(scope: Scope) -> QuerySet[SourceReport]:
    """Return the reports that *scope* may see, those set aside too."""
    rule = Q(pk=None)
    for post in scope.posts:
        if post.role in READERS:
            rule |= Q(area__path__startswith=post.area_path)
    return SourceReport.objects.filter(rule)


def find_source(source_id: int, scope: Scope) -> SourceReport:
    """Return the report if *scope* may see it; raise SourceNotFoundError otherwise."""
    found = visible_sources(scope).select_related("area").filter(pk=source_id).first()
    if found is None:
        raise SourceNotFoundError(source_id)
    return found


def last_source(source: SourceReport) -> SourceReport | None:
    """Return the report of the year before of the same area, the one read last; None when none was read."""
    before = SourceReport.objects.filter(area=source.area_id, year=source.year - 1, set_aside=False)
    return before.order_by("-read_at").first()


def reading_of(source: SourceReport) -> Report:
    """Return structure, figures and commitments of a kept report, linked to the indicators in force."""
    return read_linked_text(source.text)


def check_length(text: str) -> None:
    """Refuse a text that is longer than any report; asked before it is read, which takes its time."""
    if len(text) > MOST_CHARACTERS:
        raise SourceTooLongError(len(text), MOST_CHARACTERS)


def year_of(report: Report, otherwise: int) -> int:
    """Return the year most results of a report speak of."""
    years = Counter(one.year for one in report.figures if one.kind == "actual" and one.year)
    return int(years.most_common(1)[0][0] or otherwise) if years else report.structure.year or otherwise


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def keep_source(
    report: Report, area: Area, *, by: Scope, name: str = "", at: datetime | None = None
) -> SourceReport:
    """Return the report as it is kept; the same text again is the report that is there already.

    *name* stands for a title where the report has none.
    """
    _require(by, area)
    # PostgreSQL takes no NUL; one character for another leaves every place where it was.
    text = report.document.text.replace("\x00", "\ufffd")
    check_length(text)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    known = SourceReport.objects.select_for_update().filter(area=area, digest=digest).first()
    if known is not None:
        return _take_back(known, by) if known.set_aside else known
    moment = at or timezone.now()
    source = SourceReport.objects.create(
        area=area,
        year=_within(year_of(report, timezone.localdate(moment).year)),
        title=(report.structure.title or name or _("A report"))[:200],
        text=text,
        digest=digest,
        form=report.document.kind[:10],
        figures=len(report.figures),
        commitments=len(report.commitments),
        read_at=moment,
        read_by=by.name,
    )
    _record(source, "source.kept", None, by)
    return source


@transaction.atomic
def correct_source(source: SourceReport, *, title: str, year: int, by: Scope) -> SourceReport:
    """Return the report with another title or year: what the text says of itself may be wrong."""
    held = hold_source(source.pk, by)
    before = source_facts(held)
    if not title.strip() or not FIRST_YEAR <= year <= LAST_YEAR:
        raise SourceStateError(_("Give a title and a year such as 2024."))
    held.title, held.year = title.strip()[:200], year
    held.save(update_fields=["title", "year"])
    _record(held, "source.corrected", before, by)
    return held


@transaction.atomic
def set_source_aside(source: SourceReport, *, by: Scope) -> SourceReport:
    """Return the report, set aside: read by mistake. Not while items or targets name it."""
    held = hold_source(source.pk, by)
    if taken_over(held):
        raise SourceStateError(
            _("Tasks or targets were taken over from this report; cancel or end them first.")
        )
    before = source_facts(held)
    held.set_aside = True
    held.save(update_fields=["set_aside"])
    _record(held, "source.set_aside", before, by)
    return held


def _take_back(source: SourceReport, by: Scope) -> SourceReport:
    before = source_facts(source)
    source.set_aside = False
    source.save(update_fields=["set_aside"])
    _record(source, "source.kept", before, by)
    return source


def hold_source(source_id: int, by: Scope) -> SourceReport:
    """Return the report locked for an act, if *by* may see it and it was not set aside."""
    find_source(source_id, by)
    held = SourceReport.objects.select_for_update(of=("self",)).select_related("area").get(pk=source_id)
    if held.set_aside:
        raise SourceStateError(_("This report was set aside; read it again to work with it."))
    return held


def taken_over(source: SourceReport) -> int:
    """Return how many open or done items and standing targets name the report."""
    items = PlanItem.objects.filter(source_report=source.pk).exclude(state=State.CANCELLED)
    return items.count() + Target.objects.filter(report_id=source.pk, ended=False).count()


def source_facts(source: SourceReport) -> dict[str, Any]:
    """Return what the ledger keeps of a report: not its text, but its digest."""
    return {name: getattr(source, name) for name in KEPT}


def _record(source: SourceReport, action: str, before: dict[str, Any] | None, by: Scope) -> None:
    after = source_facts(source)
    record(by.actor, action, source, area_id=source.area_id, before=before, after=after)


def _require(by: Scope, area: Area) -> None:
    if not by.covers(area.path, READERS):
        raise SourceNotAllowedError


def _within(year: int) -> int:
    return year if FIRST_YEAR <= year <= LAST_YEAR else timezone.localdate().year
