"""Last year's published report beside this year's: its sections, and the targets it set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zhenshu.ground.areas.models import Area
from zhenshu.ground.people.scope import Scope
from zhenshu.papers.publishing.content import composed_of
from zhenshu.papers.publishing.models import Report, State
from zhenshu.papers.writing.compose import Composed, compose


def published_report(area: Area, year: int) -> Report | None:
    """Return the edition of a year that stands published."""
    found = Report.objects.select_related("area").filter(area=area, year=year, state=State.PUBLISHED)
    return found.first()


def last_year_of(area: Area, year: int, *, scope: Scope) -> tuple[Composed, Report | None]:
    """Return the report of the year before: as published, or as the ledger tells it now."""
    report = published_report(area, year - 1)
    return (composed_of(report) if report else compose(area, year - 1, scope=scope)), report


def published_targets(area: Area, year: int) -> Mapping[str, str]:
    """Return the targets of *year* as last year's published report states them, by indicator."""
    report = published_report(area, year - 1)
    figures: Iterable[Mapping[str, object]] = report.content["figures"].values() if report else ()
    return {
        str(one["code"]): str(one["shown"])
        for one in figures
        if one["view"] == "target" and one["target_year"] == year
    }
