"""Let all lines live: subjects and their readings first, then what hangs on them, then matters."""

from __future__ import annotations

from collections.abc import Sequence

from zhenshu.demo.like.field_values import Sources
from zhenshu.demo.lines.book import told_kinds
from zhenshu.demo.lines.dossiers import plant_dossiers, read_dossiers
from zhenshu.demo.lines.engines import plant_engines
from zhenshu.demo.lines.items import plant_items
from zhenshu.demo.lines.matters import plant_matters
from zhenshu.demo.lines.records import plant_records
from zhenshu.demo.lines.stock import Stock
from zhenshu.demo.lines.yearbook import plant_yearbook
from zhenshu.demo.matters import World
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.people.scope import Scope


def stock_of(world: World, areas: Sequence[Area], *, by: Scope) -> Stock:
    """Return what the makers of line records share in a township."""
    made = world.made
    villages = sorted((one for one in areas if one.level == Level.VILLAGE), key=lambda one: str(one.code))
    sources = Sources(
        world.names,
        world.rng,
        offices=sorted(office.pk for office in made.offices.values()),
        users=sorted({user.pk for some in made.officers.values() for user in some}),
        areas=[village.pk for village in villages],
    )
    town = next(one for one in areas if one.level == Level.TOWN)
    if world.now is None:
        raise ValueError("the lines live up to a moment")
    return Stock(world, town, villages, sources, by, world.now)


def live_lines(stock: Stock, *, planner: Scope) -> None:
    """Make records of every kind of every line; *planner* plans. What was refused is listed in the stock."""
    stock.told = told_kinds()
    plant_dossiers(stock)
    read_dossiers(stock)
    plant_yearbook(stock, planner=planner)
    plant_items(stock, by=planner)
    plant_records(stock)
    plant_engines(stock)
    plant_matters(stock)
