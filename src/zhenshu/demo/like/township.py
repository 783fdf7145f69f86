"""Build a fictional township whose records of a year add up to the figures of a report."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.demo.build import DemoError, planter_scope
from zhenshu.demo.like.case_making import CaseMaker
from zhenshu.demo.like.demands import Demand, demands_of
from zhenshu.demo.like.field_values import Sources
from zhenshu.demo.like.makers import POOL, Makers, needed_kinds
from zhenshu.demo.like.naming import identities_of
from zhenshu.demo.like.ordering import Orders
from zhenshu.demo.like.orders import Order
from zhenshu.demo.like.record_making import RecordMaker
from zhenshu.demo.like.solving import Solution
from zhenshu.demo.like.system import System, populations_of
from zhenshu.demo.like.trial import Population, sorts_of
from zhenshu.demo.like.wishes import Wish, wishes_of, year_of
from zhenshu.demo.matters import World
from zhenshu.demo.organisation import NameMaker, plant_organisation
from zhenshu.demo.places import Places
from zhenshu.demo.terrain import build_terrain
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.ledger.record import SYSTEM, Change, record_many
from zhenshu.ground.packs.base import FieldType
from zhenshu.ground.packs.registry import library, version_id
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.errors import IndicatorError
from zhenshu.measures.indicators.models import Bound, Target
from zhenshu.measures.indicators.reported import report_value
from zhenshu.measures.indicators.targets import set_target
from zhenshu.papers.linked import catalogue_of, read_linked
from zhenshu.papers.reading.report import Report

Progress = Callable[[str, float], None]
BOUNDS = {">=": Bound.AT_LEAST, "<=": Bound.AT_MOST, "~": Bound.ABOUT, "=": Bound.AT_LEAST}
SIGNER = "综合统计员（示例）"


@dataclass(slots=True)
class Township:
    """What was built: the year told, the wishes, and why some of them could not come true, by their place."""

    town: Area
    year: int
    report: Report
    wishes: list[Wish]
    reasons: dict[int, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    records: int = 0
    password: str = ""
    log_ins: list[tuple[str, str]] = field(default_factory=list)


def read(path: Path) -> Report:
    """Return the report with its figures tied to the indicators of the packs in force."""
    return read_linked(path, catalogue_of(library()))


def build_like(
    report: Report,
    *,
    seed: int,
    password: str,
    now: datetime | None = None,
    progress: Progress = lambda words, done: None,
) -> Township:
    """Build the township into an empty installation; raise DemoError where that can't be.

    The same report, seed and day make the same records.
    """
    if Area.objects.exists():
        raise DemoError(_("There is a township already; another is built into an empty data folder only."))
    moment = now or timezone.localtime()
    year = year_of(report)
    if year is None:
        raise DemoError(_("The report tells no year."))
    if year > moment.year or (year == moment.year and moment.month < 3):
        raise DemoError(_("The report is about %(year)s, which is still to come.") % {"year": year})
    return _Builder(report, year, seed, password, moment, progress).build()


class _Builder:
    def __init__(
        self, report: Report, year: int, seed: int, password: str, now: datetime, progress: Progress
    ) -> None:
        self._report, self._year, self._now, self._progress = report, year, now, progress
        self._rng = random.Random(seed)
        self._seed, self._password = seed, password
        self._last = min(now.date() - timedelta(days=1), date(year + 1, 2, 20))

    def build(self) -> Township:
        self._plant()
        wishes = wishes_of(self._report, self._year)
        built = Township(self._town, self._year, self._report, wishes, password=self._password)
        built.log_ins = self._made.log_ins
        built.reasons = {place: wish.barred for place, wish in enumerate(wishes) if wish.barred}
        demands, barred = demands_of(wishes, children=len(self._villages))
        built.reasons |= barred
        self._progress(_("Trying sorts of records"), 12)
        system, solution = self._solve(demands)
        built.reasons |= reasons_of(wishes, demands, solution)
        self._fulfil(system, solution, built)
        self._progress(_("Reported values and targets"), 97)
        self._tell(system, solution)
        self._promise(wishes, built)
        return built

    # ── land and people ───────────────────────────────────────────────────────────────────────────────

    def _plant(self) -> None:
        self._progress(_("Land, offices, people"), 1)
        with transaction.atomic():
            told = {"seed": self._seed, "year": self._year}
            record_many(SYSTEM, [Change("demo.planted", "demo", self._seed, None, None, told)])
            terrain = build_terrain(self._seed % 1000 or 1)
            areas = terrain.save(by=SYSTEM)
            for pack in library().packs:
                version_id(pack)  # stored now: what is tried and taken back later must not take them with it
        self._by = planter_scope(areas.values())
        self._names = NameMaker(self._rng)
        with transaction.atomic():
            self._made = plant_organisation(areas, by=self._by, password=self._password, rng=self._rng)
        self._villages = sorted((a for a in areas.values() if a.level == Level.VILLAGE), key=lambda a: a.pk)
        self._town = next(area for area in areas.values() if area.level == Level.TOWN)
        calendar = WorkCalendar.load(settings.INSTALLATION.data)
        places = Places(terrain, areas, self._rng)
        self._world = World(places, self._made, calendar, self._names, self._rng, now=self._now)

    def _makers(self) -> Makers:
        sources = Sources(
            self._names,
            self._rng,
            offices=sorted(office.pk for office in self._made.offices.values()),
            users=sorted(user.pk for some in self._made.officers.values() for user in some),
            areas=[village.pk for village in self._villages],
        )
        cases = CaseMaker(self._world, sources, self._last, self._by)
        return Makers(cases, RecordMaker(sources, self._villages, self._last, self._by))

    # ── numbers ───────────────────────────────────────────────────────────────────────────────────────

    def _solve(self, demands: Sequence[Demand]) -> tuple[System, Solution]:
        populations = populations_of(demands)
        pools = {
            FieldType.AREA: len(self._villages),
            FieldType.OFFICE: len(self._made.offices),
            FieldType.USER: sum(len(some) for some in self._made.officers.values()),
        }
        system = System(demands, sorts_of(populations, self._makers), pools)
        system.write()
        self._progress(_("Solving"), 25)
        return system, system.solve()

    # ── records ───────────────────────────────────────────────────────────────────────────────────────

    def _fulfil(self, system: System, solution: Solution, built: Township) -> None:
        orders = Orders(system, solution.values, self._rng)
        drawn = {one: orders.of(one) for one in system.sorts}
        total = sum(len(some) for both in drawn.values() for some in both) or 1
        makers = self._makers()
        for block in _in_order(drawn):
            records, readings = drawn[block]
            self._plant_needed(makers, block, records, set(drawn))
            for some in (records, readings):
                for done in makers.make(some):
                    self._progress(block.kind, 30 + 65 * (built.records + done) / total)
                built.records += len(some)
        built.refused = makers.refused

    def _plant_needed(
        self, makers: Makers, block: Population, records: Sequence[Order], drawn: set[Population]
    ) -> None:
        """Plant the dossiers that records point to where no figure counts those, enough for all they name."""
        if not records:
            return
        counted = {one.kind for one in drawn if one.block == "dossiers"}
        named = max(1 + order.members.get("subject", 0) for order in records)
        if block.block == "dossiers" and identities_of(library().kind(block.kind)):
            named = max(named, len(records))
        for code in needed_kinds(block.kind, block.block):
            held = len(makers.records.sources.dossiers.get(code, []))
            if code not in counted or not held:
                makers.plant_pool(code, max(POOL, named))

    def _tell(self, system: System, solution: Solution) -> None:
        """Enter the reported values, signed."""
        for term, unit in system.told.items():
            value = solution.values.get(("told", term))
            if value is None:
                continue
            exact = Fraction(value) * unit
            number = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.000001"))
            report_value(
                term.name, self._town, str(term.year), number, signer=SIGNER, by=self._by,
                source=_("annual report of statistics (fictional)"),
            )  # fmt: skip

    def _promise(self, wishes: Iterable[Wish], built: Township) -> None:
        """Set the targets of the plan, each with the place and the words that promise it."""
        for place, wish in enumerate(wishes):
            if wish.view == "target" and not wish.barred:
                try:
                    self._set_target(wish)
                except (IndicatorError, ArithmeticError) as error:
                    built.reasons[place] = str(error)

    def _set_target(self, wish: Wish) -> None:
        unit = catalogue().plan(wish.code).kind.unit
        value = Decimal(wish.value.numerator) / Decimal(wish.value.denominator)
        standing = Target.objects.filter(
            indicator=wish.code, area=self._town, office=None, year=wish.year, measured=wish.measured
        )
        if standing.exists():
            return
        set_target(
            wish.code, self._town, wish.year, value, by=self._by, measured=wish.measured,
            unit={"growth": "%", "change": "个百分点"}.get(wish.measured, unit or "件"),
            bound=BOUNDS.get(wish.figure.bound, Bound.AT_LEAST), quote=wish.figure.quote,
            place=wish.figure.section,
        )  # fmt: skip


def _in_order(drawn: Iterable[Population]) -> list[Population]:
    """Return dossiers first, each kind after those it points to, then what hangs on them; matters last."""
    ranks = {"dossiers": 0, "plans": 2, "cases": 3}
    plain = sorted(drawn, key=lambda one: (ranks.get(one.block, 1), one.kind))
    by_kind = {one.kind: one for one in plain if one.block == "dossiers"}
    found: dict[Population, None] = {}

    def take(one: Population, above: tuple[str, ...] = ()) -> None:
        for code in needed_kinds(one.kind, one.block) if one.block == "dossiers" else ():
            if code in by_kind and code not in above and by_kind[code] not in found:
                take(by_kind[code], (*above, one.kind))
        found[one] = None

    for one in plain:
        take(one)
    return list(found)


def reasons_of(wishes: Sequence[Wish], demands: Sequence[Demand], solution: Solution) -> dict[int, str]:
    """Return for each wish that could not come true what it stands against, by its place."""
    found: dict[int, str] = {}
    for number, others in solution.left_out.items():
        if not isinstance(number, int) or number < 0:
            continue
        quotes = [
            wishes[place].figure.quote
            for one in others
            if isinstance(one, int)
            for place in demands[one].places[:1]
        ]
        reason = (
            _("No records can fulfil it together with %(quotes)s.") % {"quotes": "、".join(quotes)}
            if quotes
            else _("No records that can be made state this value.")
        )
        found |= dict.fromkeys(demands[number].places, reason)
    return found
