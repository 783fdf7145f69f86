"""The dossiers of the demo township: enterprises, villages, service points; all names invented."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from zhenshu.demo.lines.book import enterprise_values
from zhenshu.demo.organisation import NameMaker
from zhenshu.demo.targets import FIRST_YEAR, TOTALS
from zhenshu.demo.terrain import Plot, Terrain
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.models import Dossier

OPENED = date(2020, 1, 1)
ENTERPRISES = 122
ABOVE_SCALE = 47  # 规上企业: industry, then trade, services, construction
INDUSTRY_UP = 36
# Those the report of the township speaks of, in the order of their size.
NAMED = ("云铎新材料", "江骁装备", "沅睦医药", "湛祺电子", "铭铎纺织", "骁岳过滤", "禾悦食品", "岳祺智能")
OTHERS_UP = (
    *(("trade", "wholesale", "商贸"),) * 8, *(("service", "logistics", "物流"),) * 2,
    ("construction", "construction", "建设"),
)  # fmt: skip
TRADES = (
    "机械", "电缆", "纺织", "家具", "新材料", "电子", "阀门", "包装", "食品", "装备", "塑业", "印染", "五金",
    "锻造", "制冷", "光电", "医药化工", "紧固件", "泵业", "涂装",
)  # fmt: skip
FORENAMES = (
    "澄川", "江澄", "云澄", "澄禾", "澄泰", "川云", "江沅", "澄锦", "沅川", "澄茂",
    "江铎", "云铭", "澄祺", "川禾", "江睦", "澄骁", "云湛", "澄岳", "川铎", "江昕",
)  # fmt: skip


def plant_subjects(
    terrain: Terrain, areas: Mapping[str, Area], *, by: Scope, names: NameMaker, rng: random.Random
) -> list[Dossier]:
    """Plant the dossiers and return the enterprises."""
    rural = 0
    for plot in terrain.plots_at(Level.VILLAGE):
        rural += not plot.name.endswith("社区")
        year = FIRST_YEAR if rural <= TOTALS.villages_planned else FIRST_YEAR - 2
        _plant_village(plot, areas[plot.code], year, by, names, rng)
    return [_plant_enterprise(place, list(areas.values()), by, names, rng) for place in range(ENTERPRISES)]


def _plant_village(
    plot: Plot, area: Area, planned: int, by: Scope, names: NameMaker, rng: random.Random
) -> None:
    """Plant a village; *planned* is the year its building plan was approved."""
    kind = library().dossier_kind("base.village")
    community, people = plot.name.endswith("社区"), plot.population
    values = {
        "name": plot.name,
        "kind": "community" if community else "village",
        "secretary": names.person(),
        "phone": names.phone(),
        "households": plot.households,
        "residents": people,
        "dwellers": int(people * rng.uniform(0.8, 1.25)),
    }
    if not community:
        values |= {"farmland": round(rng.uniform(1800, 5200)), "planned": "approved"}
        values["planned_on"] = f"{planned}-{rng.randint(3, 11):02d}-15"
    create_dossier(kind, values, area=area, opened_on=OPENED, by=by)


def _plant_enterprise(
    place: int, areas: Sequence[Area], by: Scope, names: NameMaker, rng: random.Random
) -> Dossier:
    kind = library().dossier_kind("enterprises.enterprise")
    villages = [area for area in areas if area.level == Level.VILLAGE]
    four_up, industry, trade = _standing_of(place, rng)
    word = NAMED[place] if place < len(NAMED) else f"{FORENAMES[place % len(FORENAMES)]}{trade}"
    name = f"{word}（演示{place + 1:03d}）有限公司"
    values = {
        "name": name,
        "credit_code": f"99{rng.randrange(10**6):06d}DEMO{place:06d}",
        "legal_person": names.person(),
        "phone": names.phone(),
        "address": f"澄江工业园{rng.randint(1, 60)}号",
        "industry": industry,
        "four_up": four_up,
        "workers": rng.randint(20, 600) if place < ABOVE_SCALE else rng.randint(3, 40),
        "land": round(rng.uniform(3, 90), 1),
        "class": rng.choice("aabbbbccd") if place < ABOVE_SCALE else "none",
        "colour": rng.choices(["red", "orange", "yellow", "blue"], [1, 4, 14, 30])[0],
        **enterprise_values(place),
    }
    opened = OPENED - timedelta(days=rng.randrange(4000))
    return create_dossier(kind, values, area=rng.choice(villages), opened_on=opened, by=by)


def _standing_of(place: int, rng: random.Random) -> tuple[str, str, str]:
    """Return 四上 class, industry and trade word of the enterprise at a place of the list."""
    if place < INDUSTRY_UP:
        return "industry", "manufacture", rng.choice(TRADES)
    if place < ABOVE_SCALE:
        return OTHERS_UP[place - INDUSTRY_UP]
    return "none", "manufacture", rng.choice(TRADES)


def service_points(areas: Mapping[str, Area], *, by: Scope) -> None:
    """Plant the town's service centre and the villages' service stations."""
    kind = library().dossier_kind("services.window")
    for area in areas.values():
        if area.level in (Level.TOWN, Level.VILLAGE):
            town = area.level == Level.TOWN
            values = {
                "name": f"{area.name}便民服务{'中心' if town else '站'}",
                "kind": "town" if town else "village",
            }
            create_dossier(kind, values, area=area, opened_on=OPENED, by=by)
