"""The offices' load: who has how much on the table, how long closing takes, when matters come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk import load_figures as figures
from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row, Table
from zhenshu.doors.desk.context import OVERSEERS
from zhenshu.doors.desk.exports import export_table
from zhenshu.doors.desk.lists import EXCEL, Asked, Condition, cases_url, condition_bar, read_asked
from zhenshu.ground.packs.registry import library
from zhenshu.registers.cases.visibility import visible_cases

SPANS: Mapping[str, int] = {"30": 30, "90": 90, "365": 365}
USUAL = "90"


@page(roles=OVERSEERS)
def show_loads(request: DeskRequest) -> HttpResponse:
    """Show the load of the offices with pictures; its numbers open their lists."""
    asked = read_asked(request, ["days", "kind"])
    span = span_of(asked)
    cases = visible_cases(request.scope)
    if asked.get("kind"):
        cases = cases.filter(kind=asked.get("kind"))
    closed = figures.closed_within(cases, span)
    loads = figures.office_loads(cases, closed)
    table = load_table(loads, asked, span)
    if asked.excel:
        return export_table(table, name=_("Offices' load"))
    context = {
        "page_title": _("Open on the offices' tables: %(count)d") % {"count": sum(one.open for one in loads)},
        "bar": condition_bar(asked, _conditions(), views=_views(asked), keep=["days"]),
        "table": table,
        "now": timezone.now(),
        "timed": len(closed),
        "days": len(span.days),
        "load": figures.load_chart(loads),
        "office_times": figures.times_chart(figures.office_times(loads, span.first), _("Office")),
        "kind_times": figures.times_chart(figures.kind_times(closed, span.first), _("Kind")),
        "flow": figures.flow_chart(cases, span),
        "heat": figures.heat_chart(cases, span),
    }
    return render(request, "desk/loads/loads.html", context)


def span_of(asked: Asked) -> figures.Span:
    """Return the days asked for, today included; 90 when nothing else is asked."""
    days = SPANS.get(asked.get("days"), SPANS[USUAL])
    today = timezone.localdate()
    return figures.Span(today - timedelta(days=days - 1), today)


def _conditions() -> list[Condition]:
    kinds = [Option(value=code, title=kind.name) for code, kind in library().case_kinds.items()]
    return [Condition("kind", _("Kind"), options=kinds)]


def _views(asked: Asked) -> list[Link]:
    here = asked.get("days") if asked.get("days") in SPANS else USUAL
    return [
        Link(title=_("%(days)d days") % {"days": days}, url=asked.address(days=key), active=key == here)
        for key, days in SPANS.items()
    ]


def load_table(loads: Sequence[figures.OfficeLoad], asked: Asked, span: figures.Span) -> Table:
    columns = [
        Column(title=_("Office"), width="wide"),
        Column(title=_("Open"), numeric=True),
        Column(title=_("Near due"), numeric=True),
        Column(title=_("Overdue"), numeric=True),
        Column(title=_("Supervised"), numeric=True, phone=False),
        Column(title=_("Concluded"), numeric=True),
        Column(title=_("In time"), numeric=True, unit="%"),
        Column(title=_("Median"), numeric=True, unit=_("days"), phone=False),
        Column(title=_("Slowest tenth from"), numeric=True, unit=_("days"), phone=False),
    ]
    return Table(
        columns=columns,
        rows=[_row(load, asked, span) for load in loads],
        as_of=timezone.now(),
        export_url=asked.address(**{"as": EXCEL}),
        numbered=True,
    )


def _row(load: figures.OfficeLoad, asked: Asked, span: figures.Span) -> Row:
    said: dict[str, Any] = {"office": load.office.pk, "kind": asked.get("kind")}
    gone = {**said, "closed": span.first}
    cells = [
        Cell(text=load.office.name, url=cases_url(**said)),
        _number(load.open, cases_url(**said)),
        _number(load.near, cases_url(**said, clock="near")),
        _number(load.late, cases_url(**said, clock="overdue")),
        _number(load.supervised, cases_url("supervised", **said)),
        _number(load.closed, cases_url("closed", **gone)),
        Cell(
            text=load.in_time,
            url=cases_url("closed", **gone, in_time=1) if load.judged else "",
            hint=_("%(kept)d of %(judged)d with a promise") % {"kept": load.kept, "judged": load.judged},
        ),
        Cell(text=_days(load.times.p50) if load.times else "–"),
        Cell(text=_days(load.times.p90) if load.times else "–"),
    ]
    return Row(cells=cells, state="overdue" if load.late else "")


def _number(number: int, url: str) -> Cell:
    return Cell(text=str(number), url=url if number else "")


def _days(hours: float) -> str:
    return f"{hours / 24:.1f}"
