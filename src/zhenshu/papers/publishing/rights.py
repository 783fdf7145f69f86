"""Who reads reports that are kept, and who writes and publishes them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhenshu.ground.areas.models import Area
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.papers.publishing.errors import ReportNotAllowedError, ReportNotFoundError
from zhenshu.papers.publishing.models import Report

# The secretary writes it, the leader reads it out: both answer for it.
KEEPERS = frozenset({Role.SECRETARY, Role.LEADER})


def may_write(scope: Scope, area: Area) -> bool:
    """Tell whether *scope* writes and publishes the reports of an area."""
    return scope.covers(area.path, KEEPERS)


def require_writer(scope: Scope, area: Area) -> None:
    """Refuse with ReportNotAllowedError unless *scope* writes the reports of the area."""
    if not may_write(scope, area):
        raise ReportNotAllowedError


def visible_reports(scope: Scope) -> QuerySet[Report]:
    """Return the reports of the areas that *scope* oversees; drafts only for those who write them."""
    paths = scope.overseen_paths()
    if not paths:
        return Report.objects.none()
    seen = Q()
    for path in paths:
        seen |= Q(area__path__startswith=path)
    found = Report.objects.filter(seen).select_related("area")
    return found if scope.has_role(KEEPERS | {Role.ADMINISTRATOR}) else found.exclude(state="draft")


def find_report(report_id: int, scope: Scope) -> Report:
    """Return a report that *scope* may read; raise ReportNotFoundError otherwise."""
    report = visible_reports(scope).filter(pk=report_id).first()
    if report is None:
        raise ReportNotFoundError(report_id)
    return report
