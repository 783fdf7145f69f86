"""Reports that were read, as a list: title, year, figures, commitments, how many were taken over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.components import Cell, Column, Row, Table
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.indicators.models import Target
from zhenshu.papers.adopting.models import SourceReport
from zhenshu.papers.adopting.sources import visible_sources
from zhenshu.registers.plans.models import PlanItem, State

MOST_SHOWN = 50


def sources_table(scope: Scope) -> Table:
    """Return the reports somebody may see, the latest year first; those set aside are left out."""
    sources = list(visible_sources(scope).filter(set_aside=False).defer("text")[:MOST_SHOWN])
    columns = [
        Column(title=_("Report title"), width="wide"),
        Column(title=_("Year"), numeric=True),
        Column(title=_("Figures found"), numeric=True),
        Column(title=_("Commitments"), numeric=True),
        Column(title=_("Taken over as tasks"), numeric=True),
        Column(title=_("Taken over as targets"), numeric=True),
        Column(title=_("Read"), phone=False),
    ]
    return Table(columns=columns, rows=list(_rows(sources)), as_of=timezone.now())


def _rows(sources: Sequence[SourceReport]) -> Iterable[Row]:
    items, targets = taken_over([source.pk for source in sources])
    for source in sources:
        url = reverse("desk:source_report", args=[source.pk])
        adopt = reverse("desk:adopt_report", args=[source.pk])
        yield Row(
            url=url,
            cells=[
                Cell(text=source.title, url=url),
                Cell(text=str(source.year)),
                Cell(text=str(source.figures), url=url),
                Cell(text=str(source.commitments), url=adopt),
                Cell(text=str(items[source.pk]), url=adopt),
                Cell(text=str(targets[source.pk]), url=adopt),
                Cell(text=f"{timezone.localtime(source.read_at):%Y-%m-%d %H:%M}", below=source.read_by),
            ],
        )


def taken_over(ids: Sequence[int]) -> tuple[Counter[int], Counter[int]]:
    """Return how many standing plan items and targets name each report."""
    items = PlanItem.objects.filter(source_report__in=ids).exclude(state=State.CANCELLED)
    targets = Target.objects.filter(report_id__in=ids, ended=False)
    by_item = items.order_by().values_list("source_report").annotate(Count("pk"))
    by_target = targets.order_by().values_list("report_id").annotate(Count("pk"))
    return Counter(dict(by_item)), Counter(dict(by_target))
