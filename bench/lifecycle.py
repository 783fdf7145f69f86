"""Measure the loop in one process: opening, whole lives, batches, imports and inbox pages.

    python bench/lifecycle.py --cases 100000            # SQLite in a folder of its own
    ZHENSHU_DATABASE_URL=postgres://… python bench/lifecycle.py --cases 1000000

The database should be empty and the bench's own; it is filled with invented cases. What the machine itself
can do is measured in the same run, so that figures of different machines can be compared: single commits
a second (each waits for the disk), and plain rows a second through one prepared statement.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "zhenshu.settings"
os.environ.setdefault("ZHENSHU_DATA", tempfile.mkdtemp(prefix="zhenshu-bench-"))

import django
from django.core.management import call_command

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from zhenshu.ground.areas.models import Area  # noqa: E402
from zhenshu.ground.areas.tree import AreaSeed, plant_areas  # noqa: E402
from zhenshu.ground.ledger.record import SYSTEM  # noqa: E402
from zhenshu.ground.people.models import Office, Post, Role, User  # noqa: E402
from zhenshu.ground.people.scope import Scope, scope_of  # noqa: E402
from zhenshu.registers.cases.bulk import open_many  # noqa: E402
from zhenshu.registers.cases.histories import Past, import_finished  # noqa: E402
from zhenshu.registers.cases.loop import Draft, Given, open_case, take_step  # noqa: E402
from zhenshu.registers.cases.models import Case  # noqa: E402
from zhenshu.registers.cases.queries import open_counts, page_of, read_query  # noqa: E402

KIND = "grid.event"
FOUNDED = date(2015, 1, 1)
TEXTS = ("路灯不亮", "垃圾堆放", "噪音扰民", "井盖破损", "占道经营", "违章搭建", "河道漂浮物", "停车纠纷")
LIFE = ("dispatched", "handling", "answered", "verified", "called_back", "closed")
LISTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("inbox", {}),
    ("all, newest", {"state": "all", "sort": "newest"}),
    ("text", {"text": "井盖"}),
)
Stand = dict[str, Scope]


def build_township() -> Stand:
    """Return the scopes of one person per role in a township of 13 villages, 52 grids and 260 micro-grids."""
    call_command("migrate", verbosity=0)
    if not User.objects.exists():
        areas = plant_areas(list(_seeds()), by=SYSTEM)
        offices = [Office.objects.create(name=f"科室{n}", area=areas["t"]) for n in range(20)]
        for name, role, office, area in (
            ("dispatcher", Role.DISPATCHER, offices[0], areas["t"]),
            ("officer", Role.OFFICER, offices[1], areas["t"]),
            ("grid_worker", Role.GRID_WORKER, offices[2], areas["v0g0"]),
            ("secretary", Role.SECRETARY, offices[3], areas["t"]),
        ):
            user = User.objects.create(username=name, name=name)
            Post.objects.create(user=user, role=role, office=office, area=area)
    return {user.username: scope_of(user, on=timezone.localdate()) for user in User.objects.all()}


def _seeds() -> Iterator[AreaSeed]:
    yield AreaSeed("d", None, "云川区", 1, FOUNDED)
    yield AreaSeed("t", "d", "澄江镇", 2, FOUNDED)
    for v in range(13):
        yield AreaSeed(f"v{v}", "t", f"村{v}", 3, FOUNDED)
        for g in range(4):
            yield AreaSeed(f"v{v}g{g}", f"v{v}", f"网格{g}", 4, FOUNDED)
            for m in range(5):
                yield AreaSeed(f"v{v}g{g}m{m}", f"v{v}g{g}", f"微网格{m}", 5, FOUNDED)


def drafts(count: int, areas: list[int], **said: object) -> list[Draft]:
    return [
        Draft(
            KIND, f"{TEXTS[n % 8]}第{n}件", areas[n % len(areas)], description="群众反映多日未处理。", **said
        )
        for n in range(count)
    ]


def show(what: str, figure: float, unit: str) -> None:
    print(f"{what:<58}{figure:>12,.1f} {unit}", flush=True)


def per_second(count: int, act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return count / (time.perf_counter() - start)


def measure_machine() -> None:
    """What the machine and its database can do at best."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_rows (id INTEGER, text TEXT)")

    def commits() -> None:
        for n in range(200):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("INSERT INTO bench_rows VALUES (%s, %s)", [n, "x" * 200])

    def rows() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO bench_rows VALUES (%s, %s)", [(n, "x" * 200) for n in range(50_000)]
            )

    show("machine: single commits", per_second(200, commits), "/s")
    show("machine: plain rows in one transaction", per_second(50_000, rows), "/s")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_rows")


def fill(total: int, areas: list[int], by: Scope, office: int) -> None:
    """Bring the register to *total* cases, three in a hundred still open."""
    chance, missing = random.Random(1), total - Case.objects.count()
    now = timezone.now()
    print(f"filling with {max(missing, 0):,} cases …", flush=True)
    for first in range(0, missing, 10_000):
        pasts = []
        for n in range(first, min(missing, first + 10_000)):
            begin = now - timedelta(days=1400 * (1 - n / missing), hours=80)
            stages = LIFE if chance.random() > 0.03 else LIFE[: chance.randrange(4)]
            reached = {stage: begin + timedelta(hours=10 * (k + 1)) for k, stage in enumerate(stages)}
            [draft] = drafts(1, [chance.choice(areas)], received_at=begin)
            pasts.append(Past(draft, reached, office=office + chance.randrange(20), answer="已处理"))
        intake = import_finished(pasts, by=by, step_by_step=False)
        if intake.rejects:
            sys.exit(str(intake.rejects[0]))


def live(stand: Stand, areas: list[int], office: int, number: int) -> None:
    """One whole life: create, dispatch, accept, answer, verify, call back, close."""
    case = open_case(drafts(1, [areas[number % len(areas)]])[0], by=stand["grid_worker"])
    officer = stand["officer"]
    for action, by, given in (
        ("dispatch", stand["dispatcher"], Given(office=office)),
        ("accept", officer, Given()),
        ("answer", officer, Given(opinion="已处理")),
        ("verify", stand["dispatcher"], Given(opinion="属实")),
        ("call_back", stand["dispatcher"], Given(solved="yes", satisfied="yes", opinion="已回访")),
        ("close", stand["dispatcher"], Given(opinion="办结")),
    ):
        take_step(case.pk, action, by=by, given=given)


def measure_lives(stand: Stand, areas: list[int], office: int, count: int = 100) -> None:
    live(stand, areas, office, 0)
    with CaptureQueriesContext(connection) as asked:
        live(stand, areas, office, 1)
    frames = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    queries = [query for query in asked.captured_queries if query["sql"].split()[0] not in frames]
    show("queries of a whole life (7 acts)", len(queries), "")
    rate = per_second(count, lambda: [live(stand, areas, office, n) for n in range(count)])
    show("whole lives, one after another in one process", rate, "/s")
    times = []
    for n in range(count):
        start = time.perf_counter()
        open_case(drafts(1, [areas[n % len(areas)]])[0], by=stand["grid_worker"])
        times.append((time.perf_counter() - start) * 1000)
    show("one opening, p95", statistics.quantiles(times, n=20)[-1], "ms")


def measure_batches(stand: Stand, areas: list[int], count: int = 20_000) -> None:
    stamp = time.time_ns()
    made = [
        replace(draft, source="bench", source_number=f"{stamp}-{n}")
        for n, draft in enumerate(drafts(count, areas))
    ]
    show("batch intake", per_second(count, lambda: open_many(made, by=stand["dispatcher"])), "/s")


def measure_pages(stand: Stand) -> None:
    for name in ("grid_worker", "officer", "dispatcher"):
        for label, raw in LISTS:
            times = []
            for _ in range(20):
                start = time.perf_counter()
                with CaptureQueriesContext(connection) as asked:
                    page_of(stand[name], read_query(raw))
                times.append((time.perf_counter() - start) * 1000)
            slow = statistics.quantiles(times, n=20)[-1]
            show(f"page of 50, {label}, {name} ({len(asked)} queries), p95", slow, "ms")
        start = time.perf_counter()
        open_counts(stand[name])
        show(f"home counts, {name}", (time.perf_counter() - start) * 1000, "ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="size of the register (default 100,000)")
    total = parser.parse_args().cases
    stand = build_township()
    areas = list(Area.objects.filter(level=5).order_by("pk").values_list("pk", flat=True))
    office = Office.objects.get(name="科室0").pk
    print(f"{connection.vendor}, {os.cpu_count()} cores, data in {Path(os.environ['ZHENSHU_DATA'])}")
    measure_machine()
    measure_lives(stand, areas, office + 1)
    measure_batches(stand, areas)
    fill(total, areas, stand["dispatcher"], office)
    show("cases in the register", Case.objects.count(), "")
    measure_lives(stand, areas, office + 1)
    measure_batches(stand, areas)
    measure_pages(stand)


if __name__ == "__main__":
    main()
