"""Fill a scratch installation with many past matters by bulk SQL, as years of use would.

Thirty matters are driven through the loop by the real functions; each further one is a copy of one of
them with its own number, place, people and day, together with copies of its clocks and of its lead share,
and a ledger line for its opening and its end. One in fifty is open.

    python -m over_http.million COUNT      (in the environment of a scratch installation)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from zhenshu.ground.areas.models import Area, Level  # noqa: E402
from zhenshu.ground.ledger.models import Entry  # noqa: E402
from zhenshu.ground.ledger.seal import seal_entries  # noqa: E402
from zhenshu.ground.people.models import Office, Post, Role, User  # noqa: E402
from zhenshu.ground.people.scope import scope_of  # noqa: E402
from zhenshu.registers.cases.drafts import Draft  # noqa: E402
from zhenshu.registers.cases.given import Given  # noqa: E402
from zhenshu.registers.cases.loop import open_case, take_step  # noqa: E402
from zhenshu.registers.cases.models import Assignment, Case, Clock  # noqa: E402

TEMPLATES = 10
OPEN_EVERY = 50
MINUTES_APART = 3
STEP = 100_000
POSTGRES = connection.vendor == "postgresql"
CATEGORIES = ("city", "road_order", "facilities", "environment", "dispute", "")


def scope(name: str) -> Any:
    return scope_of(User.objects.get(username=name), on=timezone.localdate())


def make_templates() -> tuple[list[int], list[int]]:
    """Return the ids of closed and of open matters, driven through the loop."""
    closed, waiting = [], []
    area = Area.objects.filter(level=Level.GRID).first()
    for n in range(TEMPLATES):
        draft = Draft(
            kind="grid.event", title=f"路口第 {n} 处井盖缺失，影响通行", area=area.pk, channel="patrol",
            description="巡查时发现，请尽快处理。" * 3, address="幸福路 12 号",
        )  # fmt: skip
        closed.append(live(open_case(draft, by=scope("dispatcher0")), whole=True))
        waiting.append(live(open_case(draft, by=scope("dispatcher0")), whole=False))
    return closed, waiting


def live(case: Case, *, whole: bool) -> int:
    """Take a matter through the loop, to its end or to the office."""
    office = Office.objects.get(key="enforcement")
    steps = [
        ("dispatcher0", "dispatch", Given(office=office.pk)),
        ("officer-enforcement", "accept", Given()),
        ("officer-enforcement", "answer", Given(opinion="已处理完毕。")),
        ("dispatcher1", "verify", Given(opinion="属实。")),
        ("dispatcher1", "call_back", Given(solved="yes", satisfied="yes")),
        ("dispatcher1", "close", Given()),
    ]
    for who, action, given in steps if whole else steps[:2]:
        take_step(case.pk, action, by=scope(who), given=given)
    return int(case.pk)


def columns(model: Any, without: tuple[str, ...] = ("id",)) -> list[str]:
    return [f.column for f in model._meta.concrete_fields if f.column not in without]


def copy(model: Any, changed: Mapping[str, str], source: str, key: str = "id") -> str:
    """Return the statement that copies rows of *model* with some columns changed."""
    names = columns(model, without=())
    values = [changed.get(name, f't."{name}"') for name in names]
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{model._meta.db_table}" ({quoted}) SELECT {", ".join(values)} FROM {source}'


def series(first: int, last: int) -> str:
    """Return a table of the numbers from *first* to *last*."""
    if POSTGRES:
        return f"(SELECT i FROM generate_series({first}, {last}) AS i) AS s"
    walk = f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
    return f"({walk} SELECT i FROM n) AS s"


def moment(column: str, minutes: str = f"s.i * {MINUTES_APART}") -> str:
    """Return *column* as so many minutes earlier, by the number of the copy."""
    if POSTGRES:
        return f"t.{column} - (({minutes}) * interval '1 minute')"
    # The text of a moment keeps its shape, so that it sorts as the others do.
    return f"strftime('%Y-%m-%d %H:%M:%f000', t.{column}, '-' || ({minutes}) || ' minutes')"


def due(column: str) -> str:
    """Return *column* spread over two weeks for open matters; for closed ones it stays at the end of time."""
    return f"CASE WHEN b.is_open = 1 THEN {moment(column, 's.i % 20011')} ELSE t.{column} END"


def fill(count: int) -> None:
    """Copy the templates *count* times."""
    closed, waiting = make_templates()
    with connection.cursor() as cursor:
        if not POSTGRES:
            cursor.execute("PRAGMA synchronous=OFF")
        prepare(cursor, closed, waiting)
        top = {
            model: (model.objects.order_by("-pk").first().pk) for model in (Case, Assignment, Clock, Entry)
        }
        for first in range(1, count + 1, STEP):
            fill_step(cursor, top, first, min(first + STEP - 1, count))
            print(f"{min(first + STEP - 1, count):,} matters", file=sys.stderr, flush=True)
        settle(cursor)
    while seal_entries():
        pass


def prepare(cursor: Any, closed: list[int], waiting: list[int]) -> None:
    """Put templates, places and people into small tables to draw from."""
    cursor.execute("CREATE TEMPORARY TABLE bench_template (k integer, is_open integer, case_id bigint)")
    cursor.execute(
        "CREATE TEMPORARY TABLE bench_place (k integer, area_id bigint, village_id bigint, user_id bigint)"
    )
    cursor.execute("CREATE TEMPORARY TABLE bench_office (k integer, office_id bigint)")
    rows = [(k, 0, pk) for k, pk in enumerate(closed)] + [(k, 1, pk) for k, pk in enumerate(waiting)]
    cursor.executemany("INSERT INTO bench_template VALUES (%s, %s, %s)", rows)
    posts = Post.objects.filter(role=Role.GRID_WORKER).select_related("area").order_by("pk")
    places = [(k, post.area_id, post.area.village_id, post.user_id) for k, post in enumerate(posts)]
    cursor.executemany("INSERT INTO bench_place VALUES (%s, %s, %s, %s)", places)
    offices = Office.objects.exclude(key="command").order_by("pk").values_list("pk", flat=True)
    cursor.executemany("INSERT INTO bench_office VALUES (%s, %s)", list(enumerate(offices)))


def drawn(cursor: Any, first: int, last: int) -> str:
    """Return the tables a copy draws from: the number, its template, place and office."""
    places = Post.objects.filter(role=Role.GRID_WORKER).count()
    offices = Office.objects.exclude(key="command").count()
    is_open = f"CASE WHEN s.i % {OPEN_EVERY} = 0 THEN 1 ELSE 0 END"
    return (
        f"{series(first, last)} "
        f"JOIN bench_template b ON b.k = s.i % {TEMPLATES} AND b.is_open = {is_open} "
        f"JOIN bench_place p ON p.k = (s.i * 7 + s.i / 11) % {places} "
        f"JOIN bench_office o ON o.k = (s.i / 3) % {offices} "
    )


def fill_step(cursor: Any, top: Mapping[Any, int], first: int, last: int) -> None:
    """Copy one stretch: matters, lead shares, clocks, two ledger lines each."""
    source = drawn(cursor, first, last)
    earlier = {
        name: moment(name)
        for name in (
            "reported_at",
            "opened_at",
            "dispatched_at",
            "answered_at",
            "called_back_at",
            "closed_at",
            "changed_at",
        )
    }
    case_id, share_id = f"{top[Case]} + s.i", f"{top[Assignment]} + s.i"
    number = (
        "'grid-1999-' || lpad((s.i)::text, 7, '0')" if POSTGRES else "'grid-1999-' || printf('%07d', s.i)"
    )
    places = {
        "area_id": "p.area_id",
        "grid_id": "p.area_id",
        "village_id": "p.village_id",
        "reported_by_id": "p.user_id",
    }
    clocked = {name: due(name) for name in ("queue_at", "due_at", "near_at")}
    changed = {
        **earlier,
        **clocked,
        **places,
        "id": case_id,
        "number": number,
        "lead_office_id": "o.office_id",
    }
    cursor.execute(copy(Case, changed, f"{source} JOIN cases_case t ON t.id = b.case_id"))
    share = {"id": share_id, "case_id": case_id, "office_id": "o.office_id", "opened_at": moment("opened_at")}
    cursor.execute(copy(Assignment, share, f"{source} JOIN cases_assignment t ON t.case_id = b.case_id"))
    # Four clocks of a template keep apart in the numbers that follow the highest one.
    clock = {"id": f"{top[Clock]} + s.i * 8 + t.id % 8", "case_id": case_id, "assignment_id": "NULL"}
    live_clocks = f"{source} JOIN cases_clock t ON t.case_id = b.case_id"
    cursor.execute(copy(Clock, clock, live_clocks))
    for place, action in enumerate(("case.opened", "case.close")):
        entry = {"seq": f"{top[Entry]} + s.i * 2 - {place}", "subject_id": case_id, "changes": "'{}'"}
        entries = (
            f"{source} JOIN ledger_entry t ON t.subject_id = b.case_id AND t.subject_kind = 'cases.case'"
        )
        last_step = action if place == 0 else "case.accept"
        cursor.execute(copy(Entry, entry, f"{entries} AND t.action = '{last_step}'"))


def settle(cursor: Any) -> None:
    """Let new rows get numbers behind the copies, and the planner know how much there is."""
    if not POSTGRES:
        cursor.execute("ANALYZE")
        return
    for table, key in (
        ("cases_case", "id"),
        ("cases_assignment", "id"),
        ("cases_clock", "id"),
        ("ledger_entry", "seq"),
    ):
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'), (SELECT max({key}) FROM {table}))"
        )
    for table in ("cases_case", "cases_assignment", "cases_clock", "ledger_entry"):
        cursor.execute(f"VACUUM (ANALYZE) {table}")


if __name__ == "__main__":
    started = timezone.now()
    fill(int(sys.argv[1]))
    print(f"loaded in {timezone.now() - started}", file=sys.stderr)
