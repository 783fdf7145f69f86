"""Indicators: the board of a place and period, and one indicator with trend, places, parts and records."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.case_rows import kind_name
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Pager, Row, Table
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.lists import (
    Asked,
    Condition,
    Listing,
    condition_bar,
    crumbs,
    read_asked,
    show_listing,
)
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import Kind, Period, PeriodError, months, parse_period, period_of
from zhenshu.measures.indicators.compare import Growth, Standing, compare, standings
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.errors import UnknownIndicatorError
from zhenshu.measures.indicators.evaluate import Board, Value, evaluate_board, rounded
from zhenshu.measures.indicators.explain import Explanation, Group, explain
from zhenshu.measures.indicators.models import Target
from zhenshu.measures.indicators.targets import RULE, TargetState, target_states
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.models import Dossier, Reading

NAMES = ("area", "period", "line", "part", "shown")
LINES_SHOWN = 5
YEARS_OFFERED = 4
TREND_MONTHS = 12
LAMPS: Mapping[str, str] = {"green": "normal", "yellow": "slow", "red": "behind"}
Number = Decimal | None


# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Place:
    """A place and a period, as the address of a page names them."""

    area: Area
    period: Period

    def address(self, page_name: str, *args: object, **more: object) -> str:
        said = "".join(f"&{name}={value}" for name, value in more.items())
        path = reverse(f"desk:{page_name}", args=args)
        return f"{path}?area={self.area.pk}&period={self.period.key}{said}"


def place_of(asked: Asked, scope: Scope) -> Place:
    """Return the place asked for if it lies within the posts; without one, the area of the first post."""
    area = asked.area("area") or Area.objects.get(pk=scope.posts[0].area_id)
    if not any(area.path.startswith(post.area_path) for post in scope.posts):
        raise PermissionDenied
    try:
        period = parse_period(asked.get("period"))
    except PeriodError:
        period = period_of(timezone.localdate(), Kind("year"))
    return Place(area, period)


def area_choices(scope: Scope) -> list[Option]:
    """Return the areas within the posts down to the grids, each below the one it belongs to."""
    rows = Area.objects.open().filter(level__lte=Level.GRID).order_by("path")
    paths = [post.area_path for post in scope.posts]
    seen = [
        (pk, name, level)
        for pk, name, level, path in rows.values_list("pk", "name", "level", "path")
        if any(path.startswith(own) for own in paths)
    ]
    top = min((level for _pk, _name, level in seen), default=0)
    return [Option(value=str(pk), title=name, depth=level - top) for pk, name, level in seen]


def period_choices() -> list[Option]:
    """Return this year and those before it, and the months of this year, newest first."""
    today = timezone.localdate()
    years = [parse_period(str(today.year - back)) for back in range(YEARS_OFFERED)]
    so_far = [one for one in reversed(months(years[0])) if one.start <= today]
    found = [Option(value=one.key, title=one.name_zh) for one in years]
    return [*found, *(Option(value=one.key, title=one.name_zh) for one in so_far)]


def _conditions(scope: Scope, *, lines: bool) -> list[Condition]:
    found = [
        Condition("area", _("Area"), options=area_choices(scope)),
        Condition("period", _("Period"), options=period_choices()),
    ]
    packs = [Option(value=key, title=pack.name) for key, pack in library().packs.items() if pack.indicators]
    return [*found, Condition("line", _("Business line"), options=packs)] if lines else found


# ── the board ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Tile:
    """An indicator on the board: its value, how it stands against last year and against its target."""

    title: str
    value: str
    unit: str
    change: str
    target: str
    state: str
    url: str
    made_from: str


@page(roles=OFFICE_ROLES)
def show_board(request: DeskRequest) -> HttpResponse:
    """Show the indicators of a place and period, some business lines to a page.

    Without a line only those that say something: of a thousand declared, a township uses a part.
    """
    asked = read_asked(request, NAMES)
    place = place_of(asked, request.scope)
    turned = _turned(asked)
    codes = [code for code, plan in catalogue().plans.items() if plan.pack.pack in turned.lines]
    board = evaluate_board(codes, [place.area], [place.period])
    states = _targets_of(place)
    whole = bool(asked.get("line")) or asked.get("shown") == "all"
    shown = [code for code in codes if whole or code in states or _says_something(board, code, place)]
    lines: defaultdict[str, list[Tile]] = defaultdict(list)
    for code in shown:
        lines[board.plan(code).pack.name].append(_tile(board, code, place, states.get(code)))
    words = {"area": place.area.name, "period": place.period.name_zh, "count": turned.count}
    context = {
        "page_title": _("%(area)s, %(period)s: %(count)d indicators") % words,
        "bar": condition_bar(asked, _conditions(request.scope, lines=True)),
        "lines": list(lines.items()),
        "all_url": asked.address(shown="all", page=str(asked.page)) if len(shown) < len(codes) else "",
        "pager": turned.pager,
        "hidden": len(codes) - len(shown),
        "rule": RULE.sentence if states else "",
        "now": timezone.now(),
    }
    return render(request, "desk/indicators/board.html", context)


@dataclass(frozen=True, slots=True)
class Turned:
    """The business lines of one page of the board, how many indicators all pages declare, and the pager."""

    lines: Collection[str]
    count: int
    pager: Pager | None


def _turned(asked: Asked) -> Turned:
    """Return the lines of the page asked for: the one named, or a few of all that declare indicators."""
    declared = Counter(plan.pack.pack for plan in catalogue().plans.values())
    if asked.get("line"):
        return Turned({asked.get("line")}, declared[asked.get("line")], None)
    lines = [key for key in library().packs if declared[key]]
    first = (asked.page - 1) * LINES_SHOWN
    shown = lines[first : first + LINES_SHOWN]
    pager = Pager(
        first=first + 1 if shown else first,
        last=first + len(shown),
        total=len(lines),
        previous_url=asked.address(page=str(asked.page - 1)) if asked.page > 1 else "",
        next_url=asked.address(page=str(asked.page + 1)) if lines[first + LINES_SHOWN :] else "",
    )
    return Turned(set(shown), declared.total(), pager if len(lines) > LINES_SHOWN else None)


def _says_something(board: Board, code: str, place: Place) -> bool:
    """Tell whether the indicator has a number other than nought here, this period or a year before."""
    value = board.value(code, place.area.pk, place.period)
    growth = compare(board, code, place.area.pk, place.period).over_year
    return bool(value.value) or bool(growth.base)


def _targets_of(place: Place) -> dict[str, TargetState]:
    """Return the state of each target of the place for the year of the period, by indicator."""
    year = place.period.start.year
    targets = list(Target.objects.filter(area=place.area, year=year, ended=False, office=None))
    on = min(timezone.localdate(), place.period.last_day)
    return {state.target.indicator: state for state in target_states(targets, on=on)} if targets else {}


def _tile(board: Board, code: str, place: Place, state: TargetState | None) -> Tile:
    value = board.value(code, place.area.pk, place.period)
    return Tile(
        title=value.name,
        value=number_words(value.value),
        unit=value.unit,
        change=growth_words(compare(board, code, place.area.pk, place.period).over_year),
        target=target_words(state) if state else "",
        state=LAMPS.get(state.lamp, "") if state else "",
        url=place.address("indicator", code),
        made_from=str(MADE_FROM[value.made_from]),
    )


MADE_FROM: Mapping[str, str | Promise] = {
    "records": gettext_lazy("from records"),
    "reported": gettext_lazy("reported"),
    "mixed": gettext_lazy("from records and reports"),
    "nothing": gettext_lazy("nothing recorded"),
}


def number_words(number: Number) -> str:
    """Return a number as people read it: thousands apart, no empty decimals; a dash for none."""
    if number is None:
        return "–"
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def growth_words(growth: Growth) -> str:
    """Return the change on last year: in points for a rate, else in per cent; empty where none can be."""
    if growth.in_points:
        change = growth.change
        return "" if change is None else _("%(change)s points on last year") % {"change": f"{change:+.2f}"}
    percent = growth.percent
    return "" if percent is None else _("%(change)s %% on last year") % {"change": f"{percent:+.1f}"}


BOUNDS: Mapping[str, str] = {"at_least": "≥", "at_most": "≤", "about": "≈"}


def target_words(state: TargetState) -> str:
    """Return a target with how much of it is reached and how much of the year is over."""
    target = state.target
    words = {
        "bound": BOUNDS.get(target.bound, ""),
        "target": number_words(target.value.normalize()),
        "done": number_words(rounded(state.completion, 1)),
        "elapsed": number_words(rounded(state.elapsed, 1)),
    }
    return _("target %(bound)s %(target)s, reached %(done)s %%, year elapsed %(elapsed)s %%") % words


# ── one indicator ─────────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES)
def show_indicator(request: DeskRequest, code: str) -> HttpResponse:
    """Show one indicator whole: value, trend, places, definition, parts and the records behind them."""
    asked = read_asked(request, NAMES)
    place = place_of(asked, request.scope)
    found = _explained(code, place, request.scope)
    children = list(place.area.children.filter(valid_to=None).order_by("path"))
    board = evaluate_board([code], [place.area, *children], [place.period])
    ranking = standings(board, code, children, place.period)
    state = _targets_of(place).get(code)
    plan = catalogue().plan(code)
    context = {
        "page_title": f"{found.value.name}：{number_words(found.value.value)} {found.value.unit}".strip(),
        "page_note": f"{place.area.name} · {place.period.name_zh}",
        "breadcrumbs": [
            Link(title=_("Indicators"), url=place.address("indicators")),
            Link(title=found.value.name),
        ],
        "bar": condition_bar(asked, _conditions(request.scope, lines=False)),
        "value": found.value,
        "kind": plan.kind,
        "pack": plan.pack,
        "change": growth_words(compare(board, code, place.area.pk, place.period).over_year),
        "target": target_words(state) if state else "",
        "lamp": LAMPS.get(state.lamp, "") if state else "",
        "rule": RULE.sentence if state else "",
        "numbers": _numbers(found.value),
        "made_from": MADE_FROM[found.value.made_from],
        "trend": trend_chart(code, place),
        "areas": _areas_table(ranking, children, code, place, found.value),
        "map": _map(ranking, children, code, place),
        "groups": [(group, _records_url(place, code, part)) for part, group in enumerate(found.groups)],
        "reported": found.reported[:TREND_MONTHS],
        "now": timezone.now(),
    }
    return render(request, "desk/indicators/indicator.html", context)


def _explained(code: str, place: Place, scope: Scope) -> Explanation:
    try:
        return explain(code, place.area, place.period, scope=scope)
    except UnknownIndicatorError as error:
        raise Http404(str(error)) from error


def _numbers(value: Value) -> list[tuple[str, str]]:
    """Return what a figure rests on: its parts, how many records, what is left out."""
    parts = (
        (_("Numerator"), value.numerator),
        (_("Denominator"), value.denominator),
        (_("Records or values (n)"), Decimal(value.n)),
        (_("Left out"), Decimal(value.excluded) if value.excluded else None),
    )
    return [(name, number_words(number)) for name, number in parts if number is not None]


def trend_chart(code: str, place: Place) -> dict[str, Any]:
    """Return the months of the period's year with those of the year before."""
    year = parse_period(str(place.period.start.year))
    today = timezone.localdate()
    shown = [month for month in months(year) if month.start <= today]
    board = evaluate_board([code], [place.area], shown)
    plan = board.plan(code)
    pairs = [compare(board, code, place.area.pk, month) for month in shown]
    return {
        "kind": "line",
        "label": _("Month"),
        "unit": plan.kind.unit,
        "x": [month.name_zh.removeprefix(f"{year.start.year}年") for month in shown],
        "series": [
            {"name": str(year.start.year), "values": [_drawn(one.value, plan.decimals) for one in pairs]},
            {
                "name": str(year.start.year - 1),
                "values": [_drawn(one.over_year.base, plan.decimals) for one in pairs],
                "dashed": True,
                "tone": "quiet",
            },
        ],
        "links": [Place(place.area, month).address("indicator", code) for month in shown],
    }


def _drawn(number: Number, decimals: int | None) -> float | None:
    shown = rounded(number, decimals)
    return None if shown is None else float(shown)


def _areas_table(
    ranking: Sequence[Standing], areas: Sequence[Area], code: str, place: Place, value: Value
) -> Table:
    """Return the areas below with value, rank among them and share of the sum."""
    columns = [
        Column(title=_("Area"), width="wide"),
        Column(title=_("Value"), numeric=True, unit=value.unit),
        Column(title=_("Place among them"), numeric=True),
        Column(title=_("Share"), numeric=True, unit="%"),
    ]
    names = {area.pk: area for area in areas}
    rows = []
    for one in ranking:
        url = Place(names[one.area], place.period).address("indicator", code)
        cells = [
            Cell(text=names[one.area].name, url=url),
            Cell(text=number_words(rounded(one.value, value.decimals))),
            Cell(text=f"{one.rank}/{one.of}" if one.rank else "–"),
            Cell(text=number_words(rounded(one.share, 1))),
        ]
        rows.append(Row(cells=cells, url=url))
    return Table(columns=columns, rows=rows, caption=_("Areas below"))


def _map(
    ranking: Sequence[Standing], areas: Sequence[Area], code: str, place: Place
) -> dict[str, Any] | None:
    values = {one.area: one.value for one in ranking}
    features = [
        {
            "type": "Feature",
            "geometry": area.boundary,
            "properties": {
                "name": area.name,
                "value": float(values.get(area.pk) or 0),
                "url": Place(area, place.period).address("indicator", code),
            },
        }
        for area in areas
        if area.boundary
    ]
    return {"areas": {"type": "FeatureCollection", "features": features}, "plain": True} if features else None


def _records_url(place: Place, code: str, part: int) -> str:
    return place.address("indicator_records", code, part=part)


# ── the records behind ────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES)
def list_records(request: DeskRequest, code: str) -> HttpResponse:
    """Show the records of one part of a figure, as far as this person may see them."""
    asked = read_asked(request, NAMES)
    place = place_of(asked, request.scope)
    found = _explained(code, place, request.scope)
    part = asked.number("part") or 0
    if part >= len(found.groups):
        raise Http404
    group = found.groups[part]
    listing = Listing(
        name=f"{found.value.name} · {group.title}",
        columns=[
            Column(title=_("Record"), width="wide"),
            Column(title=_("Kind"), phone=False),
            Column(title=_("Area")),
            Column(title=_("Day")),
        ],
        records=_with_names(group, leaving=asked.excel),
        rows=lambda some: record_rows(some, request.scope),
        empty=_("No record lies behind this number."),
        numbered=True,
    )
    hidden = _("%(count)d more are counted that you may not see.") % {"count": group.hidden}
    way = crumbs((_("Indicators"), "indicators"), here="")[:-1]
    return show_listing(
        request,
        listing,
        asked,
        note=hidden if group.hidden else "",
        breadcrumbs=[
            *way,
            Link(title=found.value.name, url=place.address("indicator", code)),
            Link(title=group.title),
        ],
    )


# What is about sensitive persons, by sort of record: it is seen with the right to it, and leaves in no table.
_SENSITIVE: Mapping[type[Model], str] = {
    Case: "confidential",
    Dossier: "sensitive",
    Reading: "dossier__sensitive",
    Record: "sensitive",
}


def _with_names(group: Group, *, leaving: bool = False) -> Any:
    """Return the records of a group with the names a line shows; those *leaving* are none of persons."""
    model = group.records.model
    found = group.records.select_related(*{Reading: ("dossier__area",)}.get(model, ("area",))).order_by("pk")
    return found.exclude(**{_SENSITIVE[model]: True}) if leaving and model in _SENSITIVE else found


def record_rows(records: Sequence[Any], scope: Scope) -> Iterable[Row]:
    """Yield a line for each record behind a figure, of whatever sort it is."""
    for record in records:
        match record:
            case Case():
                url = reverse("desk:case", args=[record.number])
                first = Cell(text=record.title, below=record.number, url=url)
                rest = (
                    kind_name(record.kind),
                    record.area.name,
                    f"{timezone.localtime(record.opened_at):%Y-%m-%d}",
                )
            case Dossier():
                url = reverse("desk:dossier", args=[record.pk])
                first = Cell(text=title_for(record, scope), url=url)
                rest = (_dossier_kind_name(record.kind), record.area.name, f"{record.opened_on:%Y-%m-%d}")
            case Reading():
                url = reverse("desk:dossier_readings", args=[record.dossier_id, record.series])
                first = Cell(text=title_for(record.dossier, scope), below=record.signer, url=url)
                rest = (record.series, record.dossier.area.name, record.period)
            case Record():
                url = reverse("desk:record", args=[record.pk])
                first = Cell(text=record.title, url=url)
                rest = (record_kind_name(record.kind), record.area.name, f"{record.day:%Y-%m-%d}")
            case _:
                url, first, rest = "", Cell(text=str(record)), ("", record.area.name, "")
        yield Row(cells=[first, *(Cell(text=text) for text in rest)], url=url)


def record_kind_name(code: str) -> str:
    """Return the name of a kind of records; its code when no pack declares it any more."""
    kind = library().kinds.get(code)
    return kind.name if kind else code


def _dossier_kind_name(code: str) -> str:
    kind = library().dossier_kinds.get(code)
    return kind.name if kind else code
