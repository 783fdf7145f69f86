"""How fast figures are: the board, the upkeep of tallies in a step, and their rebuild from the records.

    python bench/indicators.py [--cases 1000000] [--few 50000] [--database URL]

Works in a data folder of its own that goes away at the end; a database given by URL must be empty and is
left filled. Prints each figure with its limit and its ratio to what this machine can do at best.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from statistics import median, quantiles
from time import perf_counter, process_time

VILLAGES, GRIDS, MONTHS, BOARD = 13, 8, 24, 40
BOARD_MILLISECONDS, GROWTH, UPKEEP, REBUILD_SECONDS = 50, 1.3, 0.20, 60


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=50_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--rounds", type=int, default=40)
    return parser.parse_args()


ASKED = arguments()
FOLDER = tempfile.TemporaryDirectory(prefix="zhenshu-bench-")
os.environ["ZHENSHU_DATA"] = FOLDER.name
os.environ["ZHENSHU_DATABASE_URL"] = ASKED.database
os.environ["DJANGO_SETTINGS_MODULE"] = "zhenshu.settings"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from zhenshu.ground.areas.models import Area, Level  # noqa: E402
from zhenshu.ground.areas.tree import AreaSeed, plant_areas  # noqa: E402
from zhenshu.ground.ledger.record import SYSTEM, register_followers  # noqa: E402
from zhenshu.ground.packs.registry import library, version_id  # noqa: E402
from zhenshu.ground.people.models import Office, Post, Role, User  # noqa: E402
from zhenshu.ground.people.scope import Scope, scope_of  # noqa: E402
from zhenshu.measures.indicators.compare import compare_all  # noqa: E402
from zhenshu.measures.indicators.definitions import catalogue, quantities_in, series_in  # noqa: E402
from zhenshu.measures.indicators.evaluate import evaluate_board  # noqa: E402
from zhenshu.measures.indicators.models import Part, Tally  # noqa: E402
from zhenshu.measures.indicators.tallies import TallyFollower, check, rebuild  # noqa: E402
from zhenshu.registers.cases.loop import Draft, Given, open_case, take_step  # noqa: E402
from zhenshu.registers.cases.models import Case  # noqa: E402

# Kinds of the shipped packs and their share of a hundred cases.
KINDS = (("grid.event", 60), ("hotline.ticket", 25), ("petitions.visit", 5), ("safety.hazard", 10))


# ── a town with a million matters ─────────────────────────────────────────────────────────────────────


def plant_town() -> tuple[Area, list[Area]]:
    """Return the town and its grids."""
    founded = date(2015, 1, 1)
    seeds = [
        AreaSeed("d", None, "云川区", Level.DISTRICT, founded, code="990100000000"),
        AreaSeed("t", "d", "澄江镇", Level.TOWN, founded, code="990101100000"),
    ]
    for v in range(VILLAGES):
        code = f"9901011002{v + 10}"
        seeds.append(AreaSeed(f"v{v}", "t", f"第{v + 1}村", Level.VILLAGE, founded, code=code))
        seeds += [
            AreaSeed(f"v{v}g{g}", f"v{v}", f"第{g + 1}网格", Level.GRID, founded, code=f"{code}{g + 1:03d}")
            for g in range(GRIDS)
        ]
    areas = plant_areas(seeds, by=SYSTEM)
    return areas["t"], [area for key, area in areas.items() if "g" in key]


def fill(first: int, last: int, grids: Sequence[Area]) -> None:
    """Write the cases from *first* to *last* straight into the table; all follows from their number."""
    with transaction.atomic(), connection.cursor() as cursor:
        columns = _columns(grids)
        cursor.execute(
            f"INSERT INTO cases_case ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
            f"FROM {_numbers(first, last)} JOIN bench_grid g ON g.place = (i.i * 7) % {len(grids)} "
            "JOIN bench_kind k ON k.place = i.i % 100"
        )


def _numbers(first: int, last: int) -> str:
    if connection.vendor == "postgresql":
        return f"generate_series({first}::bigint, {last}) AS i(i)"
    counted = f"SELECT {first} UNION ALL SELECT i + 1 FROM c WHERE i < {last}"
    return f"(WITH RECURSIVE c(i) AS ({counted}) SELECT i FROM c) AS i"


def _moment(seconds: str) -> str:
    if connection.vendor == "postgresql":
        return f"TIMESTAMPTZ '2022-01-01 00:00:00+08' + ({seconds}) * INTERVAL '1 second'"
    return f"DATETIME('2021-12-31 16:00:00', ({seconds}) || ' seconds')"


def _columns(grids: Sequence[Area]) -> dict[str, str]:
    """Return an SQL expression for each column of a case, from its number i."""
    opened = "((i.i * 48271) % 1000003) * 63"
    closed = f"CASE WHEN i.i % 20 = 0 THEN NULL ELSE {_moment(f'{opened} + (i.i % 9) * 43200')} END"
    late = "i.i % 11 = 0"
    told = {
        "number": "'B' || i.i",
        "kind": "k.code",
        "pack_version_id": "k.version",
        "title": "'路灯不亮'",
        "category": "''",
        "channel": "CASE i.i % 3 WHEN 0 THEN 'leader' WHEN 1 THEN 'phone' ELSE 'web' END",
        "fields": "'{\"people\": ' || (i.i % 7 + 1) || ', \"self_solved\": ' || "
        "(CASE WHEN i.i % 4 = 0 THEN 'true' ELSE 'false' END) || '}'",
        "stage": "CASE WHEN i.i % 20 = 0 THEN 'handling' ELSE 'closed' END",
        "is_open": "i.i % 20 = 0",
        "outcome": "CASE WHEN i.i % 20 = 0 THEN '' ELSE 'resolved' END",
        "in_time": f"CASE WHEN i.i % 20 = 0 THEN NULL ELSE NOT ({late}) END",
        "solved": "CASE WHEN i.i % 5 = 0 THEN 'no' ELSE 'yes' END",
        "satisfied": "CASE WHEN i.i % 6 = 0 THEN 'no' ELSE 'yes' END",
        "area_id": "g.grid",
        "district_id": "g.district",
        "town_id": "g.town",
        "village_id": "g.village",
        "grid_id": "g.grid",
        "reported_at": _moment(opened),
        "opened_at": _moment(opened),
        "dispatched_at": _moment(opened),
        "called_back_at": closed,
        "closed_at": closed,
        "changed_at": _moment(opened),
        "promise_due_at": _moment(f"{opened} + 432000"),
        "queue_at": _moment(opened),
    }
    if connection.vendor == "postgresql":
        told["fields"] = f"({told['fields']})::jsonb"
    return {**_defaults(), **told}


def _defaults() -> dict[str, str]:
    """Return what the columns hold of which a case says nothing."""
    found = {}
    for field in Case._meta.concrete_fields:
        if field.null or field.primary_key:
            continue
        value = field.get_default()
        if isinstance(value, bool):
            found[field.column] = "TRUE" if value else "FALSE"
        elif isinstance(value, (list, dict)):
            found[field.column] = "'[]'" if isinstance(value, list) else "'{}'"
        else:
            found[field.column] = (
                f"'{value or ''}'" if isinstance(value, str) or value is None else f"'{value}'"
            )
    return found


def prepare(grids: Sequence[Area]) -> None:
    """Write two small tables that tell which grid and kind a number falls on."""
    places = [(n, a.district_id, a.town_id, a.village_id, a.pk) for n, a in enumerate(grids)]
    kinds = [kind for kind, share in KINDS for _ in range(share)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_grid (place int, district int, town int, village int, grid int)")
        cursor.execute("CREATE TABLE bench_kind (place int, code text, version int)")
        cursor.executemany("INSERT INTO bench_grid VALUES (%s, %s, %s, %s, %s)", places)
        rows = [(n, kind, version_id(kind.split(".")[0])) for n, kind in enumerate(kinds)]
        cursor.executemany("INSERT INTO bench_kind VALUES (%s, %s, %s)", rows)


# ── what is measured ──────────────────────────────────────────────────────────────────────────────────


def board_codes() -> list[str]:
    """Return forty indicators that are counted from cases, those of the filled kinds first."""
    filled = {kind for kind, _ in KINDS}

    def weight(code: str) -> int:
        kinds = {one.counted.full_code for one in quantities_in(catalogue().plan(code).node)}
        return 0 if kinds & filled else 1

    from_records = [code for code, plan in catalogue().plans.items() if not list(series_in(plan.node))]
    return sorted(from_records, key=weight)[:BOARD]


def show_board(codes: Sequence[str], areas: Sequence[int]) -> int:
    """Read a board of a year by months and work out every figure and both comparisons; return how many."""
    periods = [f"2023-{month:02d}" for month in range(1, 13)]
    board = evaluate_board(codes, areas, periods)
    return sum(
        len([(one.over_year.percent, one.over_previous.percent) for one in compare_all(board, code, area)])
        for code in codes
        for area in areas
    )


def milliseconds(act: Callable[[], object], rounds: int) -> tuple[list[float], float]:
    """Return the time of each round, and the median of the processor time alone.

    The latter tells what the former would be on a machine that does nothing else.
    """
    act()
    found, used = [], []
    for _ in range(rounds):
        begun, busy = perf_counter(), process_time()
        act()
        found.append((perf_counter() - begun) * 1000)
        used.append((process_time() - busy) * 1000)
    return found, median(used)


def p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


@contextmanager
def following(*followers: TallyFollower) -> Iterator[None]:
    register_followers(followers)
    yield
    register_followers(())


def lives(scopes: dict[str, Scope], grid: Area) -> float:
    """Live one grid event from report to archive and return the seconds of all its steps."""
    begun = perf_counter()
    case = open_case(Draft("grid.event", "路灯不亮", grid.pk, category=_category()), by=scopes["worker"])
    for action, by, given in (
        ("dispatch", "dispatcher", {"office": scopes["officer"].posts[0].office_id}),
        ("accept", "officer", {"opinion": "收到"}),
        ("answer", "officer", {"opinion": "已修复"}),
        ("verify", "dispatcher", {"opinion": "属实"}),
        ("call_back", "dispatcher", {"solved": "yes", "satisfied": "yes", "opinion": "满意"}),
        ("close", "dispatcher", {"opinion": "办结"}),
    ):
        if action == "call_back" and "called_back" not in library().case_kind("grid.event").stages:
            continue
        take_step(case.pk, action, by=scopes[by], given=Given.from_mapping(given))
    return perf_counter() - begun


def _category() -> str:
    kind = library().case_kind("grid.event")
    return next(iter(kind.categories), "")


def people(town: Area) -> dict[str, Scope]:
    office = Office.objects.create(key="command", name="指挥中心", area=town)
    made = {}
    for name, role in (
        ("worker", Role.GRID_WORKER),
        ("dispatcher", Role.DISPATCHER),
        ("officer", Role.OFFICER),
    ):
        user = User.objects.create(username=name, name=name)
        Post.objects.create(user=user, role=role, office=office, area=town)
        made[name] = scope_of(user, on=timezone.localdate())
    return made


def upkeep(scopes: dict[str, Scope], grids: Sequence[Area], rounds: int) -> tuple[float, float]:
    """Return the median seconds of a life cycle without and with tallies, measured in turns."""
    without, with_tallies = [], []
    for number in range(rounds + 3):
        with following():
            without.append(lives(scopes, grids[number % len(grids)]))
        with following(TallyFollower()):
            with_tallies.append(lives(scopes, grids[number % len(grids)]))
    return median(without[3:]), median(with_tallies[3:])


def timed_rebuild() -> float:
    begun = perf_counter()
    rebuild()
    return perf_counter() - begun


def bare_scan() -> float:
    """Return the seconds the database needs at best to look at every case once."""
    begun = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, village_id, COUNT(*), MIN(opened_at) FROM cases_case GROUP BY 1, 2")
        cursor.fetchall()
    return perf_counter() - begun


def say(name: str, figure: str, limit: str, kept: bool, ratio: str = "") -> None:
    print(f"{name:<52} {figure:>12}  limit {limit:<10} {'kept' if kept else 'NOT KEPT':<9} {ratio}")


def main() -> None:
    call_command("migrate", verbosity=0)
    town, grids = plant_town()
    prepare(grids)
    codes = board_codes()
    villages = list(Area.objects.filter(level=Level.VILLAGE).values_list("pk", flat=True))
    fill(1, ASKED.few, grids)
    rebuild()
    few, few_busy = milliseconds(lambda: show_board(codes, villages), ASKED.rounds)
    begun = perf_counter()
    fill(ASKED.few + 1, ASKED.cases, grids)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    filled = f"{Case.objects.count():,} cases, filled in {perf_counter() - begun:.0f} s"
    print(f"{connection.vendor}, machine {load:.1f} × busy, {filled}")
    scopes = people(town)
    bare, kept_up = upkeep(scopes, grids, ASKED.rounds)
    seconds = timed_rebuild()
    scan = bare_scan()
    print(f"{Part.objects.count()} parts, {Tally.objects.count():,} tallies, {len(codes)} indicators a board")
    many, busy = milliseconds(lambda: show_board(codes, villages), ASKED.rounds)
    figures = show_board(codes, villages)
    parts = len({q.digest for code in codes for q in quantities_in(catalogue().plan(code).node)})
    limit = REBUILD_SECONDS * ASKED.cases / 1_000_000
    say("board p95, ms", f"{p95(many):.1f}", str(BOARD_MILLISECONDS), p95(many) <= BOARD_MILLISECONDS,
        f"{figures} figures from {parts} parts; median {median(many):.1f}, processor {busy:.1f}")  # fmt: skip
    growth = p95(many) / p95(few)
    say(f"board at {ASKED.cases:,} to {ASKED.few:,} cases", f"{growth:.2f}", str(GROWTH), growth <= GROWTH,
        f"p95 {p95(few):.1f}, median {median(few):.1f}, processor {few_busy:.1f} at few")  # fmt: skip
    say(
        "rebuild, s",
        f"{seconds:.1f}",
        f"{limit:.0f}",
        seconds <= limit,
        f"{seconds / scan:.0f} × one bare scan ({scan:.2f} s)",
    )
    share = (kept_up - bare) / kept_up
    say("upkeep, share of a life cycle", f"{share:.1%}", f"{UPKEEP:.0%}", share <= UPKEEP,
        f"{bare * 1000:.1f} ms without, {kept_up * 1000:.1f} ms with")  # fmt: skip
    with following(TallyFollower()):
        for grid in grids[:20]:
            lives(scopes, grid)
    begun = perf_counter()
    wrong = check()
    print(f"check in {perf_counter() - begun:.1f} s: {len(wrong)} tallies differ from the records")


if __name__ == "__main__":
    main()
