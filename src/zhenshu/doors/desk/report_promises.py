"""Promises against what came of them, as a list: tasks with their reasons, targets with results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.context import WRITERS
from zhenshu.doors.desk.lists import Asked, Condition, Listing, Tile, condition_bar, read_asked, show_listing
from zhenshu.doors.desk.report_area import home_area
from zhenshu.ground.areas.models import Area
from zhenshu.ground.people.scope import OVERSEEING_ROLES
from zhenshu.papers.publishing.last_year import published_targets
from zhenshu.papers.writing.figures import link_to, one_decimal, plain_number
from zhenshu.papers.writing.promises import (
    ITEMS,
    TARGETS,
    PromisedItem,
    PromisedTarget,
    Promises,
    promises_of,
)

OUTCOME_WORDS = {
    "done": gettext_lazy("Done"),
    "running": gettext_lazy("In progress"),
    "missed": gettext_lazy("Not done"),
    "unknown": gettext_lazy("No value yet"),
}
LAMPS = {"done": "normal", "running": "near", "missed": "overdue", "unknown": "none"}
Line = PromisedItem | PromisedTarget


@page(roles=WRITERS)
def show_promises(request: DeskRequest, year: int) -> HttpResponse:
    """Show what was promised for a year: each task and target with what came of it, and why not."""
    if not 1949 <= year <= 2200:
        raise Http404
    asked = read_asked(request, ("outcome", "area"))
    area = _area(request, asked)
    promises, published = promises_of(area, year), published_targets(area, year)
    listing = Listing(
        name=_("Promises of %(year)d") % {"year": year},
        columns=_columns(),
        records=list(_lines(promises, asked.get("outcome"))),
        rows=lambda found: _rows(found, published),
        empty=_("No task was taken from a report for this year, and no target was set."),
        numbered=True,
    )
    return show_listing(
        request, listing, asked,
        bar=condition_bar(asked, [_condition()], keep=["area"]),
        tiles=list(_tiles(promises, asked)),
        note=_("A task is done when it was completed; open past its day, or cancelled, it is not done. "
               "A target is reached when its bound is kept."),
        breadcrumbs=[
            Link(title=_("Reports"), url=reverse("desk:reports")),
            Link(title=str(year), url=reverse("desk:composed_report", args=[year])),
            Link(title=_("Promises")),
        ],
    )  # fmt: skip


def _area(request: DeskRequest, asked: Asked) -> Area:
    area = asked.area("area") or home_area(request.scope)
    if not request.scope.covers(area.path, OVERSEEING_ROLES):
        raise PermissionDenied
    return area


def _condition() -> Condition:
    options = [Option(value=value, title=str(title)) for value, title in OUTCOME_WORDS.items()]
    return Condition("outcome", _("State"), options=options)


def _lines(promises: Promises, outcome: str) -> Iterator[Line]:
    lines: tuple[Line, ...] = (*promises.items, *promises.targets)
    for one in lines:
        if outcome in ("", one.outcome):
            yield one


def _tiles(promises: Promises, asked: Asked) -> Iterator[Tile]:
    for outcome, words in OUTCOME_WORDS.items():
        tasks, targets = promises.count(ITEMS, outcome), promises.count(TARGETS, outcome)
        yield Tile(
            str(words), tasks + targets, asked.address(outcome=outcome), "target-arrow",
            note=_("%(tasks)d tasks, %(targets)d targets") % {"tasks": tasks, "targets": targets},
        )  # fmt: skip


def _columns() -> list[Column]:
    return [
        Column(title=_("Promise"), width="wide"),
        Column(title=_("Office"), phone=False),
        Column(title=_("Promised"), numeric=True),
        Column(title=_("Result"), numeric=True),
        Column(title=_("Completion"), numeric=True, unit="%"),
        Column(title=_("State")),
        Column(title=_("Reason"), width="wide", phone=False),
    ]


def _rows(found: Sequence[Any], published: Any) -> Iterable[Row]:
    for one in found:
        cells = _item_cells(one) if isinstance(one, PromisedItem) else _target_cells(one, published)
        yield Row(cells=cells)


def _item_cells(one: PromisedItem) -> list[Cell]:
    item = one.item
    last = item.promised or item.due
    return [
        Cell(text=item.title, url=reverse("desk:plan", args=[item.pk]), below=item.source_quote[:80]),
        Cell(text=item.lead_office.name if item.lead_office else ""),
        Cell(text=f"{last:%Y-%m-%d}" if last else ""),
        Cell(text=f"{item.done_on:%Y-%m-%d}" if item.done_on else ""),
        Cell(text=plain_number(item.progress)),
        _outcome_cell(one.outcome),
        Cell(text=one.reason),
    ]


def _target_cells(one: PromisedTarget, published: Any) -> list[Cell]:
    state, target = one.state, one.state.target
    link = link_to(target.indicator, target.area, state.period) if state.period else ""
    value = "–" if state.value is None else f"{plain_number(one_decimal(state.value) or state.value)}"
    exact = state.value if target.measured == "value" else None
    shown = f"{plain_number(exact)}{target.unit}" if exact is not None else f"{value}{target.unit}"
    completion = one_decimal(state.completion)
    said = published.get(target.indicator)
    differs = said is not None and target.measured == "value" and said != plain_number(target.value)
    return [
        Cell(text=state.name, url=link, below=target.quote[:80]),
        Cell(),
        Cell(
            text=f"{one.bound}{plain_number(target.value)}{target.unit}",
            below=_("last year's report: %(said)s") % {"said": said} if differs else "",
        ),
        Cell(text=shown if state.value is not None else "–", url=link),
        Cell(text="–" if completion is None else plain_number(completion)),
        _outcome_cell(one.outcome),
        Cell(),
    ]


def _outcome_cell(outcome: str) -> Cell:
    return Cell(text=str(OUTCOME_WORDS[outcome]), lamp=LAMPS[outcome])
