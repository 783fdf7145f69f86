"""The map of open matters: areas shaded by how many lie in them, points coloured by their deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.case_rows import kind_name
from zhenshu.doors.desk.components import Cell, Column, Option, Row, Table
from zhenshu.doors.desk.exports import export_table
from zhenshu.doors.desk.home_figures import tone_of
from zhenshu.doors.desk.lists import Asked, Condition, cases_url, condition_bar, read_asked
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.models import Office
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.visibility import visible_cases

MOST_POINTS = 3_000
LEVEL_NAMES: Mapping[str, int] = {"village": Level.VILLAGE, "grid": Level.GRID}
LEVEL_COLUMNS: Mapping[int, str] = {Level.VILLAGE: "village_id", Level.GRID: "grid_id"}
NAMES = ("kind", "office", "clock", "level")


@dataclass(frozen=True, slots=True)
class Load:
    """What lies open in an area: all of it, near due, overdue."""

    open: int = 0
    near: int = 0
    late: int = 0


@page()
def show_map(request: DeskRequest) -> HttpResponse:
    """Show the map with its conditions, and the same numbers as a list beside it."""
    asked = read_asked(request, NAMES)
    loads = area_loads(request.scope, asked)
    table = _table(asked, areas_of(request.scope, asked), loads)
    if asked.excel:
        return export_table(table, name=_("Open matters by area"))
    context = {
        "page_title": _("Open matters on the map: %(count)d")
        % {"count": sum(x.open for x in loads.values())},
        "bar": condition_bar(asked, _conditions()),
        "table": table,
        "data_url": asked.address().replace(asked.path, reverse("desk:map_points"), 1),
        "now": timezone.now(),
    }
    return render(request, "desk/map/map.html", context)


@page()
def map_points(request: DeskRequest) -> HttpResponse:
    """Answer what the map draws, as GeoJSON."""
    asked = read_asked(request, NAMES)
    loads = area_loads(request.scope, asked)
    shown = [
        _feature(area, loads.get(area.pk, Load()), asked)
        for area in areas_of(request.scope, asked, drawn=True)
    ]
    cases = asked_cases(request.scope, asked).exclude(lon=None).exclude(lat=None).order_by("queue_at")
    columns = ("number", "title", "kind", "lon", "lat", "queue_at", "near_at")
    points = [_point(case) for case in cases.only(*columns)[:MOST_POINTS]]
    return JsonResponse(
        {
            "areas": {"type": "FeatureCollection", "features": shown},
            "points": {"type": "FeatureCollection", "features": points},
        }
    )


def asked_cases(scope: Scope, asked: Asked) -> QuerySet[Case]:
    """Return the open matters this person may see, narrowed as asked."""
    cases = visible_cases(scope).filter(is_open=True, **_equal(asked))
    return cases.filter(clock_condition(asked.get("clock"), timezone.now()))


def _equal(asked: Asked) -> dict[str, Any]:
    given = {"kind": asked.get("kind"), "lead_office_id": asked.number("office")}
    return {column: value for column, value in given.items() if value}


def clock_condition(word: str, now: datetime) -> Q:
    """Match open matters by where their nearest deadline stands; nothing asked matches all."""
    conditions = {
        "": Q(),
        "overdue": Q(queue_at__lt=now),
        "near": Q(queue_at__gte=now, near_at__lte=now),
        "normal": Q(queue_at__gte=now) & (Q(near_at__gt=now) | Q(near_at=None)),
        "supervised": Q(supervised=True),
        "parked": Q(parked=True),
    }
    return conditions.get(word, Q(pk__in=[]))


def area_loads(scope: Scope, asked: Asked) -> dict[int | None, Load]:
    """Return what lies open in each area of the storey asked for, with one query."""
    now = timezone.now()
    column = LEVEL_COLUMNS[_level(asked)]
    rows = (
        asked_cases(scope, asked)
        .order_by()
        .values_list(column)
        .annotate(
            open=Count("pk"),
            near=Count("pk", filter=clock_condition("near", now)),
            late=Count("pk", filter=clock_condition("overdue", now)),
        )
    )
    return {area: Load(*numbers) for area, *numbers in rows}


def _level(asked: Asked) -> int:
    return LEVEL_NAMES.get(asked.get("level"), Level.VILLAGE)


def areas_of(scope: Scope, asked: Asked, *, drawn: bool = False) -> list[Area]:
    """Return the areas of the storey asked for that touch the posts; only those with a shape when drawn."""
    areas = Area.objects.open().filter(level=_level(asked)).select_related("parent").order_by("path")
    areas = areas.exclude(boundary=None).defer("parent__boundary") if drawn else areas.defer("boundary")
    paths = [post.area_path for post in scope.posts]
    return [a for a in areas if any(a.path.startswith(p) or p.startswith(a.path) for p in paths)]


def _conditions() -> list[Condition]:
    kinds = [Option(value=code, title=kind.name) for code, kind in library().case_kinds.items()]
    offices = Office.objects.filter(closed_on=None).order_by("pk").values_list("pk", "name")
    clocks = {
        "overdue": _("Overdue"), "near": _("Near due"), "normal": _("On time"),
        "supervised": _("Supervised"), "parked": _("Parked"),
    }  # fmt: skip
    levels = {"village": _("by village"), "grid": _("by grid")}
    return [
        Condition("kind", _("Kind"), options=kinds),
        Condition("office", _("Lead office"), options=[Option(value=str(pk), title=n) for pk, n in offices]),
        Condition("clock", _("Deadline"), options=_options(clocks)),
        Condition("level", _("Drawn by"), options=_options(levels)),
    ]


def _options(words: Mapping[str, str]) -> list[Option]:
    return [Option(value=value, title=title) for value, title in words.items()]


def list_of(asked: Asked, area: Area, **more: str) -> str:
    """Return the list of matters behind a number of an area."""
    conditions = {
        "kind": asked.get("kind"),
        "office": asked.get("office"),
        "clock": asked.get("clock"),
        **more,
    }
    chosen = conditions["clock"] if conditions["clock"] in ("supervised", "parked") else "open"
    clock = "" if chosen != "open" else conditions["clock"]
    return cases_url(chosen, area=area.pk, **{**conditions, "clock": clock})


def _feature(area: Area, load: Load, asked: Asked) -> dict[str, Any]:
    properties = {
        "name": area.name,
        "value": load.open,
        "unit": _("matters"),
        "unnamed": area.level > Level.VILLAGE,
        "url": list_of(asked, area),
    }
    return {"type": "Feature", "geometry": area.boundary, "properties": properties}


def _point(case: Case) -> dict[str, Any]:
    properties = {
        "title": case.title,
        "note": f"{case.number} · {kind_name(case.kind)}",
        "tone": tone_of(case),
        "url": reverse("desk:case", args=[case.number]),
    }
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
        "properties": properties,
    }


def _table(asked: Asked, areas: Sequence[Area], loads: Mapping[int | None, Load]) -> Table:
    columns = [
        Column(title=_("Area"), width="wide"),
        Column(title=_("Open"), numeric=True),
        Column(title=_("Near due"), numeric=True),
        Column(title=_("Overdue"), numeric=True),
    ]
    known = [(area, loads.get(area.pk, Load())) for area in areas]
    known.sort(key=lambda pair: (-pair[1].open, pair[0].path))
    total = Load(*(sum(getattr(load, part) for load in loads.values()) for part in ("open", "near", "late")))
    return Table(
        columns=columns,
        rows=[_row(asked, area, load) for area, load in known],
        as_of=timezone.now(),
        export_url=asked.address(**{"as": "xlsx"}),
        footer=[Cell(text=_("All")), *_numbers(total)],
    )


def _row(asked: Asked, area: Area, load: Load) -> Row:
    above = area.parent.name if area.parent and area.level > Level.VILLAGE else ""
    urls = (list_of(asked, area), list_of(asked, area, clock="near"), list_of(asked, area, clock="overdue"))
    cells = [Cell(text=area.name, below=above), *_numbers(load, urls)]
    return Row(cells=cells, state="overdue" if load.late else "")


def _numbers(load: Load, urls: Iterable[str] = ("", "", "")) -> list[Cell]:
    numbers = (load.open, load.near, load.late)
    return [
        Cell(text=str(number), url=url if number else "") for number, url in zip(numbers, urls, strict=True)
    ]
