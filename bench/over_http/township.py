"""Give a scratch installation a township with offices, people and tokens; print them as JSON.

Runs as a process of its own, started by `http_lifecycle`.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import django

VILLAGES, GRIDS = 13, 4
OFFICES = (
    "command",
    "enforcement",
    "safety",
    "construction",
    "environment",
    "civil_affairs",
    "police",
    "health",
)
FOUNDED = date(2015, 1, 1)


def plant() -> dict[str, Any]:
    """Return the areas of a township of 13 villages and 52 grids, by key."""
    from zhenshu.ground.areas.models import Level
    from zhenshu.ground.areas.tree import AreaSeed, plant_areas
    from zhenshu.ground.ledger.record import SYSTEM

    seeds = [
        AreaSeed("district", None, "云川区", Level.DISTRICT, FOUNDED, code="990100000000"),
        AreaSeed("town", "district", "澄江镇", Level.TOWN, FOUNDED, code="990101100000"),
    ]
    for v in range(VILLAGES):
        code = f"9901011002{v + 1:02d}"
        seeds.append(AreaSeed(f"v{v}", "town", f"{v + 1}号村", Level.VILLAGE, FOUNDED, code=code))
        for g in range(GRIDS):
            key = f"v{v}g{g}"
            seeds.append(
                AreaSeed(key, f"v{v}", f"第{g + 1}网格", Level.GRID, FOUNDED, code=f"{code}{g + 1:03d}")
            )
    return plant_areas(seeds, by=SYSTEM)


def people(areas: dict[str, Any]) -> dict[str, Any]:
    """Create offices and people and return ids and tokens."""
    from zhenshu.ground.people.models import Office, Role

    offices = {
        key: Office.objects.create(name=f"{key} 办公室", key=key, area=areas["town"]) for key in OFFICES
    }
    grids = [area for key, area in areas.items() if "g" in key]
    command = offices["command"]
    dispatchers = [person(f"dispatcher{n}", Role.DISPATCHER, command, areas["town"]) for n in range(8)]
    officers = {
        str(office.pk): person(f"officer-{key}", Role.OFFICER, office, areas["town"])
        for key, office in offices.items()
        if key != "command"
    }
    workers = [person(f"worker{n}", Role.GRID_WORKER, command, grid) for n, grid in enumerate(grids)]
    return {
        "dispatchers": dispatchers,
        "officers": officers,
        "workers": workers,
        "areas": [grid.pk for grid in grids],
    }


def person(name: str, role: str, office: Any, area: Any) -> str:
    """Create a user with one post and return the text of a token."""
    from zhenshu.ground.people.models import Post, User
    from zhenshu.ground.people.scope import scope_of
    from zhenshu.ground.people.tokens import SCOPES, issue_token

    user = User.objects.create(username=name, name=name)
    Post.objects.create(user=user, role=role, office=office, area=area)
    by = scope_of(user, on=date.today())
    return issue_token(user, "bench", scopes=list(SCOPES), by=by)[1]


def main() -> None:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(people(plant())))


if __name__ == "__main__":
    main()
