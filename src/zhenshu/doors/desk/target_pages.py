"""The board of targets: what should be reached this year, how far it has come, and by which sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.components import Cell, Column, Option, Row
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.indicator_pages import BOUNDS, LAMPS, number_words
from zhenshu.doors.desk.lists import Asked, Condition, Listing, Tile, condition_bar, read_asked, show_listing
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.indicators.evaluate import rounded
from zhenshu.measures.indicators.models import Target
from zhenshu.measures.indicators.targets import RULE, TargetState, target_states
from zhenshu.papers.adopting.models import SourceReport

NAMES = ("year", "state")
YEARS_OFFERED = 4
HUNDRED = 100
# How a target stands, and the tone of the word.
STATES: Mapping[str, tuple[str | Promise, str]] = {
    "on_time": (gettext_lazy("Keeps pace"), "normal"),
    "behind": (gettext_lazy("Behind schedule"), "overdue"),
    "reached": (gettext_lazy("Target reached"), "closed"),
    "unknown": (gettext_lazy("No value yet"), "none"),
}
MEASURED: Mapping[str, str | Promise] = {
    "value": "",
    "growth": gettext_lazy("growth on last year"),
    "change": gettext_lazy("change on last year"),
}


def standing_of(state: TargetState) -> str:
    """Return how a target stands: reached for the year, on time, behind, or without a value.

    Only what grows over the year can be reached before its end; a level is on time while its bound holds.
    """
    if state.value is None or state.lamp == "none":
        return "unknown"
    done = state.completion is not None and state.completion >= HUNDRED
    if done and state.target.bound == "at_least" and state.target.measured == "value":
        return "reached"
    return "on_time" if state.lamp == "green" else "behind"


def states_of(scope: Scope, year: int) -> list[TargetState]:
    """Return the standing targets of a year within somebody's posts, in the order of area and indicator."""
    rule = Q(pk=None)
    for post in scope.posts:
        rule |= Q(area__path__startswith=post.area_path)
    targets = Target.objects.filter(rule, year=year, ended=False).select_related("area", "office")
    return target_states(list(targets.order_by("area__path", "pk")), on=timezone.localdate())


def counts_of_targets(states: Iterable[TargetState]) -> Counter[str]:
    """Return how many targets stand how."""
    return Counter(standing_of(one) for one in states)


def targets_url(year: int, state: str = "") -> str:
    """Return the address of the targets of a year, those that stand so."""
    more = f"&state={state}" if state else ""
    return f"{reverse('desk:targets')}?year={year}{more}"


@page(roles=OFFICE_ROLES)
def list_targets(request: DeskRequest) -> HttpResponse:
    """Show the targets of a year, each with what it has reached and where it was promised."""
    asked = read_asked(request, NAMES)
    year = _year(asked)
    states = states_of(request.scope, year)
    wanted = asked.get("state")
    shown = [one for one in states if wanted not in STATES or standing_of(one) == wanted]
    listing = Listing(
        name=_("Targets of %(year)d") % {"year": year},
        columns=_columns(),
        records=shown,
        rows=_rows,
        empty=_("No target here yet. Read last year's report and take its targets over."),
        numbered=True,
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, _conditions(year)),
        tiles=list(_tiles(states, year)),
        note=RULE.sentence if states else "",
        page_title=_("%(count)d targets for %(year)d") % {"count": len(shown), "year": year},
    )


def _year(asked: Asked) -> int:
    wanted = asked.number("year")
    return wanted if wanted and 1949 <= wanted <= 2200 else timezone.localdate().year


def _conditions(year: int) -> list[Condition]:
    this = timezone.localdate().year
    years = sorted({year, *range(this + 1, this + 1 - YEARS_OFFERED, -1)}, reverse=True)
    return [
        Condition("year", _("Year"), options=[Option(value=str(one), title=str(one)) for one in years]),
        Condition(
            "state",
            _("State"),
            options=[Option(value=key, title=str(name)) for key, (name, _t) in STATES.items()],
        ),
    ]


def _tiles(states: Sequence[TargetState], year: int) -> Iterable[Tile]:
    counted = counts_of_targets(states)
    yield Tile(_("Targets"), len(states), targets_url(year), "target")
    for key, (name, _tone) in STATES.items():
        yield Tile(str(name), counted[key], targets_url(year, key))


def _columns() -> list[Column]:
    return [
        Column(title=_("Indicator"), width="wide"),
        Column(title=_("Area"), phone=False),
        Column(title=_("Target"), numeric=True),
        Column(title=_("Reached so far"), numeric=True),
        Column(title=_("Completion"), numeric=True, unit="%"),
        Column(title=_("Year elapsed"), numeric=True, unit="%", phone=False),
        Column(title=_("State")),
        Column(title=_("Promised in"), width="wide", phone=False),
    ]


def _rows(states: Sequence[TargetState]) -> Iterable[Row]:
    sources = _sources_of(states)
    for state in states:
        target = state.target
        page_url = reverse("desk:indicator", args=[target.indicator])
        url = f"{page_url}?area={target.area_id}&period={target.year}"
        standing = standing_of(state)
        name, tone = STATES[standing]
        lamp = LAMPS.get(state.lamp, "none") if standing == "behind" else tone
        yield Row(
            url=url,
            cells=[
                Cell(text=state.name, url=url, below=str(MEASURED[target.measured])),
                Cell(text=target.area.name, below=target.office.name if target.office else ""),
                Cell(text=f"{BOUNDS[target.bound]} {number_words(target.value.normalize())}{target.unit}"),
                Cell(
                    text="–"
                    if state.value is None
                    else f"{number_words(rounded(state.value, 2))}{target.unit}",
                    url=url,
                    below=state.period.name_zh if state.period else "",
                ),
                Cell(text=number_words(rounded(state.completion, 1))),
                Cell(text=number_words(rounded(state.elapsed, 1))),
                Cell(lamp=lamp, text=str(name)),
                _source_cell(target, sources),
            ],
        )


def _sources_of(states: Sequence[TargetState]) -> dict[int, str]:
    ids = {one.target.report_id for one in states if one.target.report_id}
    return dict(SourceReport.objects.filter(pk__in=ids).values_list("pk", "title"))


def _source_cell(target: Target, sources: Mapping[int, str]) -> Cell:
    """Return the sentence that promised it, with the place in the report it was read from."""
    if target.report_id is None or target.report_id not in sources:
        return Cell(text=target.quote)
    url = f"{reverse('desk:source_report', args=[target.report_id])}#{target.place}"
    return Cell(text=target.quote, url=url, below=sources[target.report_id])
