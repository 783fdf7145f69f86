"""Dossiers of every kind, some closed since, with their readings from 2024 to the last period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from math import ceil, floor
from typing import Any

from zhenshu.demo.like.field_values import made_up
from zhenshu.demo.like.record_making import periods_of
from zhenshu.demo.lines.stock import TEXTS, Asked, Stock
from zhenshu.demo.lines.words import name_of
from zhenshu.demo.targets import FIRST_YEAR
from zhenshu.ground.packs.base import FieldKind, FieldType
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind, ReadingKind, ThresholdKind
from zhenshu.ground.worktime.periods import parse_period
from zhenshu.registers.dossiers.acts import close_dossier
from zhenshu.registers.dossiers.batches import DossierDraft, create_dossiers
from zhenshu.registers.dossiers.errors import DossierError
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.reading_rounds import Return, add_readings

USUAL = 6
# Kinds that others draw from, or that a village has more of.
SIZES = {
    "base.household": 40, "base.person": 12, "base.place": 10, "livelihood.elder": 12, "urban.component": 10,
    "deputies.deputy": 16, "innovation.patent": 12, "health.clinic": 8, "projects.card": 8,
}  # fmt: skip
READ = 3  # dossiers of a kind whose series are kept
SERIES_SINCE = date(2024, 1, 1)
DAYS = 21
EVENTS = (400, 190, 45, 6)  # days ago
NUMBERS = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.PERCENT)
Limits = Mapping[str, ThresholdKind]
SAFE, BEYOND, ABOVE_NOTHING = 0.72, 1.18, 12
YES = 0.96  # how often what is read as yes or no is yes
RUN = 4  # readings in a row beyond a limit


def plant_dossiers(stock: Stock) -> None:
    """Plant dossiers of every kind that has too few; what others must point to comes first."""
    for kind in sorted(library().dossier_kinds.values(), key=_points_to_others):
        held = Dossier.objects.filter(kind=kind.full_code, state="active").order_by("pk")
        known = list(held.values_list("pk", flat=True))
        stock.sources.dossiers[kind.full_code] = known
        wishes = Asked(kind).wishes
        numbers = range(len(known), SIZES.get(kind.full_code, max(USUAL, len(wishes))))
        drafts = [
            _draft(stock, kind, number, wishes[number % len(wishes)] if wishes and number % 4 < 3 else {})
            for number in numbers
        ]
        try:
            made = create_dossiers(drafts, kind, by=stock.by, references=stock.references)
        except DossierError as error:
            stock.refused.append(f"{kind.full_code}: {error}")
            continue
        if len(made) == USUAL and not wishes:
            _close(stock, made.pop())
        stock.sources.dossiers[kind.full_code] += [one.pk for one in made]


def _points_to_others(kind: DossierKind) -> tuple[bool, int]:
    """Order kinds so that those that others name come before."""
    pointing = sum(one.type is FieldType.DOSSIER and one.required for one in kind.fields.values())
    return kind.pack != "base", pointing


def _draft(stock: Stock, kind: DossierKind, number: int, wish: Mapping[str, Any]) -> DossierDraft:
    village = stock.village(number * 5 + len(kind.full_code))
    opened = _opened(stock, number, told=kind.full_code in stock.told)
    own = {**names_of(stock, kind, number, village.name, opened.year), **_amount_fields(stock, kind), **wish}
    return DossierDraft(stock.values(kind.fields, own, day=opened, pack=kind.pack), village, opened)


def _close(stock: Stock, made: Dossier) -> None:
    """Close one of the dossiers, as some are every year."""
    day = max(stock.today - timedelta(days=stock.rng.randint(20, 200)), made.opened_on)
    close_dossier(made, version=made.version, on=day, by=stock.by, note="不再使用")


def _opened(stock: Stock, number: int, *, told: bool) -> date:
    """Return a day of some years in turn; of what the book of the first year lists, none of that year."""
    year = (FIRST_YEAR - 2, FIRST_YEAR + told, FIRST_YEAR + 1, stock.today.year)[number % 4]
    last = stock.today - timedelta(days=2)
    return min(date(year, 1 + (number * 5) % 12, 3 + (number * 7) % 25), last)


def names_of(stock: Stock, kind: DossierKind, number: int, village: str, year: int) -> dict[str, Any]:
    """Return what names a dossier and tells it from others of its kind."""
    found: dict[str, Any] = {}
    title = kind.fields[kind.title]
    if title.type in TEXTS:
        known = name_of(kind.full_code, number, village=village, year=year)
        name = known or stock.sources.person()
        if (kind.full_code, name) in stock.names:
            name = f"{name}（{number + 1}）"
        stock.names.add((kind.full_code, name))
        found[kind.title] = name
    for name in kind.identity:
        declared = kind.fields[name]
        pool = stock.dossiers(_full(declared.of or "", kind.pack))
        if declared.type is FieldType.DOSSIER and pool:
            found[name] = pool[number % len(pool)]
        if name != kind.title and declared.type in TEXTS:
            found[name] = f"99DEMO{stock.sources.next_number('identity'):06d}"
    return found


def _full(code: str, pack: str) -> str:
    return code if "." in code else f"{pack}.{code}"


def _amount_fields(stock: Stock, kind: DossierKind) -> dict[str, Any]:
    """Return money fields that payments read; they must be there and plausible."""
    return {
        name: round(stock.rng.uniform(120, 900))
        for name, declared in kind.fields.items()
        if declared.type is FieldType.MONEY and declared.unit == "元"
    }


# ── readings ──────────────────────────────────────────────────────────────────────────────────────────


def read_dossiers(stock: Stock) -> None:
    """Keep the series of some dossiers of every kind; a limit is passed by one of them now, by one before."""
    for kind in library().dossier_kinds.values():
        for name, series in kind.readings.items():
            _read(stock, kind, name, series)


def _read(stock: Stock, kind: DossierKind, name: str, series: ReadingKind) -> None:
    chosen = Dossier.objects.filter(pk__in=stock.dossiers(kind.full_code)[:READ]).order_by("pk")
    chosen = chosen.exclude(readings__series=name)
    limits = _limits_on(kind, name)
    for place, dossier in enumerate(chosen.select_related("area")):
        rows = list(_returns(stock, kind, series, dossier, limits))
        for some, beyond in _stretches(rows, place if limits else -1):
            _keep(stock, kind, name, [_raised(one, limits) for one in some] if beyond else some)


def _stretches(rows: list[Return], place: int) -> Iterator[tuple[list[Return], bool]]:
    """Yield the readings in turn and whether they are beyond a limit: of the first dossier the last ones are,
    of the second some that were over again. A limit is judged whenever a stretch is stored."""
    if place == 0:
        yield from ((rows[:-RUN], False), (rows[-RUN:], True))
    elif place == 1 and len(rows) > 2 * RUN:
        yield from ((rows[: -2 * RUN], False), (rows[-2 * RUN : -RUN], True), (rows[-RUN:], False))
    else:
        yield rows, False


def _keep(stock: Stock, kind: DossierKind, name: str, rows: list[Return]) -> None:
    if not rows:
        return
    try:
        add_readings(rows, kind, name, by=stock.by, source="台账（示例）")
    except DossierError as error:
        stock.refused.append(f"{kind.full_code}.{name}: {error}")


def _returns(
    stock: Stock, kind: DossierKind, series: ReadingKind, dossier: Dossier, limits: Limits
) -> Iterator[Return]:
    base = _base(stock, kind, series, limits)
    for period in _periods(stock, series.every, told=kind.full_code in stock.told):
        values = {
            name: _varied(stock, series.fields[name], value)
            for name, value in base.items()
            if value is not None
        }
        yield Return(dossier, period, values, "统计员（示例）")


def _base(stock: Stock, kind: DossierKind, series: ReadingKind, limits: Limits) -> dict[str, Any]:
    """Return plausible values of a series, below every limit."""
    own = {
        name: _number(limits[name], SAFE if _from_above(limits[name]) else BEYOND, declared)
        for name, declared in series.fields.items()
        if name in limits
    }
    found = stock.values(series.fields, own, day=SERIES_SINCE, pack=kind.pack)
    for name, declared in series.fields.items():
        if name not in found and declared.type in NUMBERS:
            found[name] = made_up(declared, day=SERIES_SINCE, pack=kind.pack, sources=stock.sources)
    return found


def _varied(stock: Stock, declared: FieldKind, value: Any) -> Any:
    """Return a number somewhat up or down, inside what the field allows; other values stay."""
    if declared.type is FieldType.BOOLEAN:
        return stock.rng.random() < YES
    if declared.type not in NUMBERS:
        return value
    number = float(value) * stock.rng.uniform(0.9, 1.1)
    low = declared.min if declared.min is not None else 0.0
    high = declared.max if declared.max is not None else max(number, low)
    number = min(max(number, low), high)
    return round(number) if declared.type is FieldType.INTEGER else round(number, 2)


def _periods(stock: Stock, every: str, *, told: bool) -> list[str]:
    """Return the keys of the periods that are over, the last weeks only where days are kept.

    Of a series the book tells, none of the first year.
    """
    last = stock.today - timedelta(days=1)
    if every == "event":
        return [(last - timedelta(days=days)).isoformat() for days in EVENTS]
    if every == "day":
        return [(last - timedelta(days=days)).isoformat() for days in range(DAYS, -1, -1)]
    if every == "week":
        return [_week(last - timedelta(weeks=weeks)) for weeks in range(DAYS, 0, -1)]
    usual = SERIES_SINCE.year - 1 if every in ("year", "quarter") else SERIES_SINCE.year
    since = SERIES_SINCE.year if told else min(usual, last.year - 1)
    keys = [key for year in range(since, last.year + 1) for key in periods_of(every, year)]
    return [key for key in keys if parse_period(key).last_day <= last]


def _week(day: date) -> str:
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02d}"


# ── limits ────────────────────────────────────────────────────────────────────────────────────────────


def _limits_on(kind: DossierKind, series: str) -> dict[str, ThresholdKind]:
    """Return the limits on a series by the value they look at."""
    found = {}
    for one in library().kinds.values():
        if isinstance(one, ThresholdKind) and one.reading == series:
            of = one.of if "." in one.of else f"{one.pack}.{one.of}"
            if of == kind.full_code:
                found[one.value] = one
    return found


def _from_above(limit: ThresholdKind) -> bool:
    return any(level.above is not None for level in limit.levels.values())


def _border(limit: ThresholdKind) -> float:
    """Return the first value at which a limit speaks."""
    above = [level.above for level in limit.levels.values() if level.above is not None]
    below = [level.below for level in limit.levels.values() if level.below is not None]
    return min(above) if above else max(below)


def _number(limit: ThresholdKind, times: float, declared: FieldKind) -> float:
    """Return a value so many times the border of a limit; a whole one lies a step beyond it."""
    border = _border(limit)
    if border == 0:
        return ABOVE_NOTHING if times > 1 else 0
    if declared.type is not FieldType.INTEGER:
        return round(border * times, 2)
    return max(0, floor(border * times) if times < 1 else ceil(border * times))


def _raised(one: Return, limits: Mapping[str, ThresholdKind]) -> Return:
    """Return a reading beyond its limits."""
    values = dict(one.values)
    for name, limit in limits.items():
        if name in values:
            declared = library().dossier_kind(one.dossier.kind).readings[limit.reading].fields[name]
            values[name] = _number(limit, BEYOND if _from_above(limit) else SAFE, declared)
    return Return(one.dossier, one.period, values, one.signer)
