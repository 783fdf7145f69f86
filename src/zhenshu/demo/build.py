"""Build the demo township 澄江镇: its land, offices, dossiers, the year 2023, and an inbox as of today.

Fictional throughout; the first line of its ledger says so, and every page repeats it.
"""

from __future__ import annotations

import random
import secrets
import string
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhenshu.demo.current import live_through_today
from zhenshu.demo.economy_life import live_the_economy
from zhenshu.demo.exchange import live_exchanges
from zhenshu.demo.lines.living import live_lines, stock_of
from zhenshu.demo.matters import Spell, World, Year
from zhenshu.demo.organisation import NameMaker, plant_organisation
from zhenshu.demo.places import Places
from zhenshu.demo.plan_years import Planner, live_the_promises, live_this_year
from zhenshu.demo.portal_life import live_at_the_portal
from zhenshu.demo.report import REPORT_DAY, STRONGEST_VILLAGE, report_path
from zhenshu.demo.scores import publish_scores
from zhenshu.demo.statistics import (
    dossiers_of,
    extend_reported,
    plant_enterprise_returns,
    plant_village_returns,
)
from zhenshu.demo.subjects import plant_subjects, service_points
from zhenshu.demo.targets import FIRST_YEAR, TOTALS, YearTotals, month_totals
from zhenshu.demo.terrain import build_terrain
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.ledger.record import SYSTEM, Change, followed_by, followers, record_many
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.models import Role, User
from zhenshu.ground.people.scope import HeldPost, Scope
from zhenshu.ground.rows import many_rows
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.measures.indicators.tallies import TallyFollower, rebuild
from zhenshu.papers.adopting.sources import keep_source
from zhenshu.papers.linked import catalogue_of, read_linked
from zhenshu.registers.cases.histories import Past, import_finished
from zhenshu.registers.cases.models import Case
from zhenshu.registers.dossiers.models import Dossier

DEFAULT_SEED = 20230101
Progress = Callable[[str, int], None]


class DemoError(Exception):
    """The demo township cannot be built here."""


@dataclass(frozen=True, slots=True)
class Built:
    """What was built, and how to get in."""

    cases: int
    password: str
    log_ins: list[tuple[str, str]]


def build_if_empty(seed: int = DEFAULT_SEED) -> None:
    """Build the demo township into an installation without areas and users, and print its log-ins."""
    if Area.objects.exists() or User.objects.exists():
        return
    print_log_ins(build_with_bar(seed))


def print_log_ins(built: Built) -> None:
    """Tell on the terminal how to get in."""
    print("演示镇已生成 Demo township ready（全部虚构 fictional）", file=sys.stderr)
    for username, title in built.log_ins:
        print(f"  {title:<10} {username:<12} {built.password}", file=sys.stderr)


def build_with_bar(seed: int) -> Built:
    """Build with a progress bar in the terminal."""
    from rich.console import Console  # the terminal's bar; pages and tests do without it
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("澄江镇", total=100)
        return build(seed, progress=lambda words, done: bar.update(task, description=words, completed=done))


def build(
    seed: int = DEFAULT_SEED,
    *,
    progress: Progress = lambda words, done: None,
    now: datetime | None = None,
    totals: YearTotals = TOTALS,
) -> Built:
    """Build the township; raise DemoError when something is there already.

    The same seed, totals and day make the same township. *totals* is what the first year adds up to.
    """
    if Area.objects.exists():
        raise DemoError("There is a township already; the demo is built into an empty data folder only.")
    moment = now or timezone.localtime()
    # Nothing is counted while the years go by; what there is then is counted once, at the end.
    usual = [one for one in followers() if not isinstance(one, TallyFollower)]
    with transaction.atomic(), followed_by(usual), many_rows():
        built, town = _build(seed, moment, totals, progress)
        progress("统计数 figures", 96)
        rebuild()
    publish_scores(town, planter_scope([town]), moment)
    progress("完成 done", 100)
    return built


def _build(seed: int, moment: datetime, totals: YearTotals, progress: Progress) -> tuple[Built, Area]:
    """Plant land, people and dossiers and let the years go by; return what was built, and the town."""
    rng = random.Random(seed)
    progress("土地 land", 1)
    record_many(SYSTEM, [Change("demo.planted", "demo", seed, None, None, {"seed": seed})])
    terrain = build_terrain(seed % 1000 or 1)
    areas = terrain.save(by=SYSTEM)
    by = planter_scope(areas.values())
    password = _password()
    names = NameMaker(rng)
    progress("单位与人员 offices", 5)
    made = plant_organisation(areas, by=by, password=password, rng=rng)
    progress("档案 dossiers", 10)
    enterprises = plant_subjects(terrain, areas, by=by, names=names, rng=rng)
    service_points(areas, by=by)
    calendar = WorkCalendar.load(settings.INSTALLATION.data)
    world = World(Places(terrain, areas, rng), made, calendar, names, rng, enterprises, now=moment)
    _live_through(world, moment.date(), totals, by=by, progress=progress)
    progress("月报与统计 statistics", 52)
    town = next(area for area in areas.values() if area.level == Level.TOWN)
    _keep_statistics(enterprises, moment.date(), totals, by=by, rng=rng)
    progress("报告、任务与项目 report and plans", 56)
    villages = {area.name: area for area in areas.values() if area.level == Level.VILLAGE}
    planner = Planner(town, villages, made, rng, moment)
    _plan(planner)
    extend_reported(town, moment.date(), by=by, rng=rng)
    progress("各业务线 all lines", 70)
    live_lines(stock_of(world, list(areas.values()), by=by), planner=planner.by)
    progress("今日收件 the inbox of today", 94)
    live_through_today(world, made, now=moment)
    live_exchanges(made, by=by, now=moment)
    live_at_the_portal(made, town, by=by, password=password, now=moment)
    live_the_economy(areas.values(), moment, by=by, rng=random.Random(seed))
    return Built(Case.objects.count(), password, made.log_ins), town


def planter_scope(areas: Iterable[Area]) -> Scope:
    """Return who plants: an administrator over the whole land that holds no account."""
    top = min(areas, key=lambda area: area.level)
    post = HeldPost(
        id=0, role=Role.ADMINISTRATOR, office_id=0, office_name="", area_id=top.pk, area_path=top.path,
        area_level=Level.DISTRICT, sensitive=True,
    )  # fmt: skip
    return Scope(None, "演示数据", (post,))


def _password() -> str:
    """Return a first password for the demo log-ins, another for each installation."""
    letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(6))
    return f"Cj-{letters}{secrets.randbelow(9000) + 1000}"


def _keep_statistics(
    enterprises: Sequence[Dossier], today: date, totals: YearTotals, *, by: Scope, rng: random.Random
) -> None:
    """Store the returns of enterprises and villages; the strongest village first."""
    plant_enterprise_returns(enterprises, today, by=by, rng=rng, totals=totals)
    villages = dossiers_of("base.village", [STRONGEST_VILLAGE])
    plant_village_returns(villages, today, by=by, rng=rng, totals=totals)


def _plan(planner: Planner) -> None:
    """Read the township's report, follow its promises through their year, then the plan of this year."""
    report = read_linked(report_path(), catalogue_of(library()))
    read_at = min(planner.now, datetime.combine(REPORT_DAY, time(10, 0), tzinfo=planner.now.tzinfo))
    source = keep_source(report, planner.town, by=planner.by, at=read_at)
    live_the_promises(planner, source)
    if planner.today.year > source.year + 1:
        live_this_year(planner)


def _live_through(world: World, today: date, totals: YearTotals, *, by: Scope, progress: Progress) -> None:
    """Let the first year happen in full, then the months up to today."""
    first = Year(world, Spell(date(FIRST_YEAR, 1, 3), date(FIRST_YEAR, 12, 29)), totals)
    progress(f"{FIRST_YEAR} 年 the year {FIRST_YEAR}", 16)
    _take_in([first], by)
    progress("其后各月 the months since", 58)
    spells = [Spell(start, end) for start, end in _months(date(FIRST_YEAR + 1, 1, 1), today)]
    _take_in([Year(world, spell, month_totals(spell.first.month)) for spell in spells], by)


def _take_in(years: Sequence[Year], by: Scope) -> None:
    """Store the matters of some spells in the order they were received, so that their numbers follow."""
    checks = [(year, past) for year in years for past in year.inspections()]
    stored = import_finished([past for _, past in checks], by=by)
    found: dict[int, list[tuple[Past, int]]] = {}
    for place, case in zip(stored.places, stored.cases, strict=True):
        found.setdefault(id(checks[place][0]), []).append((checks[place][1], case.pk))
    pasts = [past for year in years for past in _matters(year, found.get(id(year), []))]
    intake = import_finished(sorted(pasts, key=_received), by=by)
    for reject in (*stored.rejects, *intake.rejects):
        raise DemoError(f"the demo year does not fit its packs: {reject.error}")


def _matters(year: Year, checks: Sequence[tuple[Past, int]]) -> Iterable[Past]:
    """Return all matters of a spell besides its checks, which are stored already."""
    return [*year.special(), *year.ordinary(), *year.hazards(checks), *year.penalties()]


def _received(past: Past) -> datetime:
    moment = past.draft.received_at
    if moment is None:
        raise DemoError("a matter of the past without a date")
    return moment


def _months(first: date, today: date) -> Iterable[tuple[date, date]]:
    """Yield (first day, last day) of each whole stretch up to yesterday."""
    start = first
    while start < today:
        following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield start, min(following, today) - timedelta(days=1)
        start = following
