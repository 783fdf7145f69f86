"""The economy and the land of the demo township: years classed by land, warnings taken up, lines, plots.

All of it goes through the acts that the pages call. Everybody and every line is invented.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import shapely
from shapely import affinity
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.areas.surface import in_mu, square_metres
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import PanelKind, PerMuKind
from zhenshu.ground.people.scope import Scope
from zhenshu.measures.economy.assessing import assess, publish, put_in_force
from zhenshu.measures.economy.kinds import find_kind
from zhenshu.measures.economy.models import Assessment
from zhenshu.measures.economy.months import before_today, moved
from zhenshu.measures.economy.panel import last_month, read_panel
from zhenshu.measures.economy.taking import open_visit
from zhenshu.measures.economy.warning import warned
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.reading_rounds import Return
from zhenshu.registers.layers.acts import find_layer_kind, keep_test, take_in
from zhenshu.registers.layers.reading import Drawn

PANEL, PER_MU = "economy.above_scale", "enterprises.per_mu_class"
SOURCE = "虚构数据（演示）"
TAKEN_UP = 1
LATE = 3  # the remainder of those whose last month has not come yet
PLOTS = (
    # Number, name, use, and where its middle lies in the village: 0 is the middle, 1 the edge.
    ("演示G2026-01", "工业园东侧地块", "industry", 0.0),
    ("演示G2026-02", "物流用地意向地块", "commerce", 0.35),
    ("演示G2026-03", "村级产业用地", "industry", 0.55),
    ("演示G2026-04", "滨河公共服务用地", "public", 0.75),
)


def live_the_economy(areas: Iterable[Area], now: datetime, *, by: Scope, rng: random.Random) -> None:
    """Class the last two years, take a warning up, draw the lines of the town and test some plots."""
    found, today = list(areas), now.date()
    town = next(area for area in found if area.level == Level.TOWN)
    villages = [area for area in found if area.level == Level.VILLAGE and area.boundary]
    for year in (today.year - 2, today.year - 1):
        class_a_year(year, town, today, by=by)
    take_up_warnings(now, by=by)
    draw_lines(town, villages, today, by=by)
    plant_plots(villages, today, by=by, rng=rng)


def class_a_year(year: int, town: Area, today: date, *, by: Scope) -> Assessment | None:
    """Return a year classed, listed in the May after it, in force in the June; nothing before its rules."""
    kind = find_kind(PER_MU, PerMuKind)
    if kind.rule_for(year) is None:
        return None
    made = assess(kind, year, town, by=by)
    listed, final = date(year + 1, 5, 20), date(year + 1, 6, 10)
    if listed <= today and made.standings.exclude(grade="").exists():
        publish(made.pk, on=listed, by=by)
        if final <= today:
            put_in_force(made.pk, on=final, by=by)
    return made


def take_up_warnings(now: datetime, *, by: Scope) -> None:
    """Send somebody to the most pressing case of the last month; the other warnings wait."""
    kind = find_kind(PANEL, PanelKind)
    month = last_month(kind, by)
    if month is None:
        return
    for one in warned(read_panel(kind, by, last=month), month)[:TAKEN_UP]:
        open_visit(kind, one.dossier.pk, month, by=by, at=now)


def footprint(dossier: Dossier, tax: float, sales: float) -> dict[str, float]:
    """Return the energy (吨标准煤) and emission (当量) of an enterprise in a year, by what it earns."""
    # The same enterprise uses much or little in every year: the demo needs no further dice for that.
    thrift = 0.55 + (dossier.pk % 7) * 0.16
    return {"energy": round(tax * thrift + sales * 0.004, 1), "emission": round(tax * thrift / 9 + 0.4, 2)}


def returns_so_far(rows: Iterable[Return], today: date, first_year: int) -> Iterator[Return]:
    """Yield monthly returns as they come: a few of the last month are late, a few use little power.

    The first year is whole, whenever the township is built: its report states what it came to.
    """
    last = before_today(today)
    lately = {last, moved(last, -1)}
    for row in rows:
        if int(row.period[:4]) <= first_year or row.period not in lately:
            yield row
        elif row.period != last or row.dossier.pk % 7 != LATE:
            yield replace(row, values=_with_power(row))


def _with_power(row: Return) -> dict[str, Any]:
    """Return the values of a month; some enterprises used far less power than usual, or hardly any."""
    rest = row.dossier.pk % 17
    share = 0.6 if rest == 5 else 0.2 if rest == 11 else 1
    return {**row.values, "electricity": round(row.values["electricity"] * share, 2)}


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────


def draw_lines(town: Area, villages: Sequence[Area], today: date, *, by: Scope) -> None:
    """Take in the four layers of the town, drawn from the shapes of its villages."""
    rural = [shape(area.boundary) for area in villages if not area.name.endswith("社区")]
    urban = [shape(area.boundary) for area in villages if area.name.endswith("社区")]
    drawn = {
        "land.basic_farmland": [
            part for one in rural for part in (_part(one, -0.22, 0.18), _part(one, 0.2, -0.2))
        ],
        "land.ecology_line": [_part(one, 0.3, 0.3, 0.2) for one in rural[::3]],
        "land.town_line": [shapely.union_all([*urban, *(_part(one, 0, 0, 0.3) for one in rural)])],
        "land.reserve": [_part(one, 0.05, 0.3, 0.15) for one in rural[1::4]],
    }
    version = date(today.year - 1, 11, 10)
    for code, geometries in drawn.items():
        kind = find_layer_kind(code)
        some = [Drawn(f"{n}", one) for n, one in enumerate(_polygons(geometries), start=1)]
        take_in(kind, some, area=town, version_on=version, source=SOURCE, by=by)


def _part(village: BaseGeometry, east: float, north: float, size: float = 0.32) -> BaseGeometry:
    """Return a small copy of a village inside it, moved by shares of its width and height."""
    west, south, right, top = village.bounds
    small = affinity.scale(village, size, size, origin="centroid")
    moved = affinity.translate(small, east * (right - west), north * (top - south))
    return shapely.intersection(moved, village)


def _polygons(geometries: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    return [one for one in geometries if one.area > 0 and one.geom_type in ("Polygon", "MultiPolygon")]


# ── plots ─────────────────────────────────────────────────────────────────────────────────────────────


def plant_plots(villages: Sequence[Area], today: date, *, by: Scope, rng: random.Random) -> None:
    """Plant some plots and keep a test of each against the lines."""
    kind = library().dossier_kind("land.plot")
    rural = [area for area in villages if not area.name.endswith("社区")]
    for (number, name, use, out), area in zip(PLOTS, rural, strict=False):
        ground = _plot(shape(area.boundary), out, rng)
        values = {"number": number, "name": name, "use": use, "size": round(in_mu(square_metres(ground)), 2)}
        opened = today - timedelta(days=rng.randrange(30, 200))
        plot = create_dossier(kind, values, area=area, opened_on=opened, by=by)
        keep_test(plot.pk, ground, by=by)


def _plot(village: BaseGeometry, out: float, rng: random.Random) -> BaseGeometry:
    """Return a plot some hundred metres wide, so far from the middle of a village to its north-west."""
    west, _south, _east, north = village.bounds
    middle = village.centroid
    x, y = middle.x - out * (middle.x - west) * 0.7, middle.y + out * (north - middle.y) * 0.7
    wide, high = rng.uniform(0.001, 0.0022), rng.uniform(0.0008, 0.0018)
    return shapely.box(x - wide, y - high, x + wide, y + high)
