"""Which units a scorecard assesses, and the periods it is made for."""

from __future__ import annotations

from datetime import date, timedelta

from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import UnknownKindError, library
from zhenshu.ground.packs.schema import ScorecardKind
from zhenshu.ground.people.models import Office
from zhenshu.ground.worktime.periods import Kind, Period, parse_period, period_of, previous
from zhenshu.measures.scorecards.standing import Unit
from zhenshu.registers.blocks.kinds import full_code
from zhenshu.registers.dossiers.models import Dossier, State

LEVELS = {"village": Level.VILLAGE, "grid": Level.GRID}
KINDS = {"month": Kind.MONTH, "quarter": Kind.QUARTER, "half_year": Kind.HALF, "year": Kind.YEAR}


def card_kinds() -> dict[str, ScorecardKind]:
    """Return the scorecards of the packs in force, by ``pack.code``."""
    return {code: kind for code, kind in library().kinds.items() if isinstance(kind, ScorecardKind)}


def card_kind(code: str) -> ScorecardKind:
    """Return a scorecard in force; raise UnknownKindError when no pack declares it."""
    kind = library().kind(code)
    if not isinstance(kind, ScorecardKind):
        raise UnknownKindError(code)
    return kind


def units_of(card: ScorecardKind, area: Area, on: date) -> list[Unit]:
    """Return the units of an area that stood on a day, in the order of the tree."""
    match card.of:
        case "town":
            return [Unit(area.pk, area.name, area.pk)]
        case "office":
            return _offices(card, area, on)
        case "dossier":
            return _dossiers(card, area, on)
        case _:
            return _areas(LEVELS[card.of], area, on)


def _areas(level: Level, area: Area, on: date) -> list[Unit]:
    inside = Area.objects.filter(path__startswith=area.path, level=level, valid_from__lte=on)
    standing = inside.exclude(valid_to__lte=on).select_related("parent").order_by("path")
    return [Unit(one.pk, _full_name(one), one.pk) for one in standing]


def _full_name(area: Area) -> str:
    """Return the name of a village; of a grid with its village, as many share 第一网格."""
    if area.level != Level.GRID or area.parent is None or area.name.startswith(area.parent.name):
        return area.name
    return f"{area.parent.name} {area.name}"


def _offices(card: ScorecardKind, area: Area, on: date) -> list[Unit]:
    inside = Office.objects.filter(area__path__startswith=area.path).exclude(closed_on__lte=on)
    chosen = inside.filter(key__in=card.offices) if card.offices else inside
    return [Unit(one.pk, one.name, one.area_id) for one in chosen.order_by("area__path", "pk")]


def _dossiers(card: ScorecardKind, area: Area, on: date) -> list[Unit]:
    inside = Dossier.objects.filter(kind=full_code(card.dossier or "", card.pack), opened_on__lte=on)
    here = inside.filter(area__path__startswith=area.path).exclude(closed_on__lte=on)
    return [Unit(one.pk, one.title, one.area_id) for one in here.exclude(state=State.MERGED).order_by("pk")]


# ── periods ───────────────────────────────────────────────────────────────────────────────────────────


def period_now(card: ScorecardKind, today: date) -> Period:
    """Return the period of the card that a day lies in."""
    return period_of(today, KINDS[card.every])


def period_before(card: ScorecardKind, today: date) -> Period:
    """Return the last period that is over."""
    return previous(period_now(card, today))


def is_period_of(card: ScorecardKind, period: Period) -> bool:
    """Tell whether a period is one the card is made for."""
    return period.kind == KINDS[card.every] and not period.is_stretch


def year_to(period: Period) -> Period:
    """Return the months from January to the end of a period (年初至今)."""
    last = period.end - timedelta(days=1)
    first = f"{last.year}-01"
    return parse_period(first if last.month == 1 else f"{first}..{last.year}-{last.month:02d}")
