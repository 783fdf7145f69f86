"""An installation of its own for every test process, and the small township the tests play in."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

# Tests import names from here too, which runs this file a second time: only the first may prepare.
_FIRST = "zhenshu.settings" not in sys.modules
if _FIRST:
    # Before Django reads its settings: tests never touch the data of the developer's own installation.
    _FOLDER = tempfile.TemporaryDirectory(prefix="zhenshu-tests-")
    os.environ["ZHENSHU_DATA"] = _FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "zhenshu.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # browser tests run an event loop beside the database

import django  # noqa: E402
from django.conf import settings  # noqa: E402

if _FIRST:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
if _FIRST and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because threads of concurrency tests must queue as they do in a real installation;
    # no test pulls the plug, so the disk need not be waited for.
    settings.DATABASES["default"]["TEST"] = {"NAME": str(Path(_FOLDER.name) / "test.sqlite3")}
    options = settings.DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
django.setup()
# Workers of a parallel run inherit the environment: they would read the settings before this file could
# give them a folder, a database and quick passwords of their own.
os.environ.pop("DJANGO_SETTINGS_MODULE")

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone, translation  # noqa: E402

from zhenshu.ground.areas.models import Area, Level  # noqa: E402
from zhenshu.ground.areas.tree import AreaSeed, plant_areas  # noqa: E402
from zhenshu.ground.ledger.record import SYSTEM  # noqa: E402
from zhenshu.ground.people.models import Office, Post, Role, User  # noqa: E402
from zhenshu.ground.people.scope import Scope, scope_of  # noqa: E402
from zhenshu.measures.indicators.parts import forget as forget_indicator_rows  # noqa: E402

PASSWORD = "Chengjiang-2023"
FOUNDED = date(2015, 1, 1)
_triggers = import_module("zhenshu.ground.ledger.migrations.0002_refuse_change")


# ── the ledger refuses removal; a transactional test clears the tables all the same ──────────────────


def drop_ledger_triggers() -> None:
    """Take the refusing triggers away: only tests that clear or tamper do this."""
    with connection.cursor() as cursor:
        for table in _triggers.TABLES:
            for name in ("no_update", "no_delete", "no_change", "no_truncate"):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")


def add_ledger_triggers() -> None:
    with connection.schema_editor() as editor:
        _triggers.add_triggers(None, editor)


@pytest.fixture(scope="session", autouse=True)
def _ledger_can_be_cleared() -> Iterator[None]:
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_with_ledger(self: Any, statements: list[str]) -> None:
        drop_ledger_triggers()
        flush(self, statements)
        add_ledger_triggers()

    operations.execute_sql_flush = flush_with_ledger  # type: ignore[method-assign]
    yield
    operations.execute_sql_flush = flush  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _rows_are_not_remembered() -> None:
    """What a process remembers of committed rows is not there in the next test."""
    forget_indicator_rows()


# ── the township ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Town:
    """Two villages of two grids of two micro-grids each; every micro-grid a square of 0.01 degree."""

    district: Area
    town: Area
    villages: tuple[Area, ...]
    grids: tuple[Area, ...]
    micro_grids: tuple[Area, ...]


def square(column: int, row: int, *, wide: int = 1, high: int = 1) -> dict[str, Any]:
    """Return a polygon on the lattice of the test township."""
    west, south = 120.0 + column * 0.01, 31.0 + row * 0.01
    east, north = west + wide * 0.01, south + high * 0.01
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [[[round(x, 6), round(y, 6)] for x, y in ring]]}


def _seeds() -> Iterator[AreaSeed]:
    yield AreaSeed("district", None, "云川区", Level.DISTRICT, FOUNDED, code="990100000000")
    yield AreaSeed(
        "town",
        "district",
        "澄江镇",
        Level.TOWN,
        FOUNDED,
        code="990101100000",
        boundary=square(0, 0, wide=4, high=2),
    )
    for v, name in enumerate(("东浦村", "孝丰社区")):
        code = f"9901011002{v + 1:02d}"
        yield AreaSeed(
            f"v{v}", "town", name, Level.VILLAGE, FOUNDED, code=code,
            boundary=square(2 * v, 0, wide=2, high=2), households=400, population=1200,
        )  # fmt: skip
        for g in range(2):
            shape = square(2 * v + g, 0, high=2)
            yield AreaSeed(
                f"v{v}g{g}",
                f"v{v}",
                f"第{'一二'[g]}网格",
                Level.GRID,
                FOUNDED,
                code=f"{code}{g + 1:03d}",
                boundary=shape,
            )
            for m in range(2):
                yield AreaSeed(
                    f"v{v}g{g}m{m}", f"v{v}g{g}", f"微网格{m + 1}", Level.MICRO_GRID, FOUNDED,
                    code=f"{code}{g + 1:03d}{m + 1:02d}", boundary=square(2 * v + g, m),
                )  # fmt: skip


@pytest.fixture
def town(db: None) -> Town:
    """A small area tree with polygons, codes and days."""
    areas = plant_areas(list(_seeds()), by=SYSTEM)
    of_level = {level: tuple(a for a in areas.values() if a.level == level) for level in Level}
    return Town(
        areas["district"],
        areas["town"],
        of_level[Level.VILLAGE],
        of_level[Level.GRID],
        of_level[Level.MICRO_GRID],
    )


# Key of an office, its name, its short name; the village committees share the key "village".
_OFFICES = (
    ("command", "指挥中心", "指挥"),
    ("enforcement", "综合执法队", "执法"),
    ("safety", "应急管理办公室", "应急"),
    ("petitions", "信访工作办公室", "信访"),
    ("services", "便民服务中心", "便民"),
    ("party", "党政综合办公室", "党政"),
)


@pytest.fixture
def offices(town: Town) -> dict[str, Office]:
    """Offices of the town by key, and the committees of both villages as village0 and village1."""
    made = {
        key: Office.objects.create(key=key, name=name, short_name=short, area=town.town)
        for key, name, short in _OFFICES
    }
    for number, village in enumerate(town.villages):
        made[f"village{number}"] = Office.objects.create(
            key="village", name=f"{village.name}委员会", area=village
        )
    return made


# Key of a person: role, office, which area, name.
_PEOPLE: Mapping[str, tuple[str, str, str, str]] = {
    "dispatcher": (Role.DISPATCHER, "command", "town", "许澄"),
    "grid_worker": (Role.GRID_WORKER, "village0", "grid", "罗小满"),
    "officer": (Role.OFFICER, "enforcement", "town", "韩立行"),
    "second_officer": (Role.OFFICER, "safety", "town", "邹安"),
    "leader": (Role.LEADER, "party", "town", "欧阳正"),
    "secretary": (Role.SECRETARY, "party", "town", "白砚"),
    "administrator": (Role.ADMINISTRATOR, "party", "town", "管维"),
    "viewer": (Role.VIEWER, "village1", "village", "顾看"),
}


@pytest.fixture
def people(town: Town, offices: dict[str, Office]) -> dict[str, User]:
    """One user per role, named by it, with one post and PASSWORD; the leader is everyone's superior."""
    places = {"town": town.town, "grid": town.grids[0], "village": town.villages[1]}
    made: dict[str, User] = {}
    posts: dict[str, Post] = {}
    for key, (role, office, place, name) in _PEOPLE.items():
        user = User(username=key, name=name)
        user.set_password(PASSWORD)
        user.save()
        made[key] = user
        posts[key] = Post.objects.create(user=user, role=role, office=offices[office], area=places[place])
    Post.objects.exclude(role=Role.LEADER).update(supervisor=posts["leader"])
    return made


@pytest.fixture
def scope_for() -> Callable[[User], Scope]:
    """Return the scope of a user today."""
    return lambda user: scope_of(user, on=timezone.localdate())


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """Return a client in which a user is logged in."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def clients(people: dict[str, User], client_for: Callable[[User], Client]) -> dict[str, Client]:
    """A logged-in client per person, and ``nobody``."""
    return {"nobody": Client(), **{key: client_for(user) for key, user in people.items()}}


@pytest.fixture
def atomically() -> Callable[[Callable[[], Any]], Any]:
    """Run an act in a transaction of its own and return what it returns."""

    def run(act: Callable[[], Any]) -> Any:
        with transaction.atomic():
            return act()

    return run


@pytest.fixture
def in_english() -> Iterator[None]:
    """Messages in their source language, for tests that look for words in them."""
    with translation.override("en"):
        yield
