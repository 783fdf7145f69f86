"""What figures should reach, and how far they have come: completion, time elapsed, and a lamp by one rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.models import Office
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import Period, parse_period, same_period_last_year
from zhenshu.measures.indicators.compare import HUNDRED, RATES, Growth, completion, elapsed
from zhenshu.measures.indicators.definitions import Added, Plan, Series, catalogue
from zhenshu.measures.indicators.errors import ChangedMeanwhileError, TargetError
from zhenshu.measures.indicators.evaluate import Board, Number, evaluate_board
from zhenshu.measures.indicators.models import Bound, Target
from zhenshu.measures.indicators.rights import require_keeper

Lamp = Literal["green", "yellow", "red", "none"]
MEASURED = ("value", "growth", "change")
KEPT = (
    "indicator", "area_id", "office_id", "year", "measured", "value", "bound", "unit", "report_id", "place",
    "quote", "ended",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LampRule:
    """When a target shows which lamp; the sentence is printed beside it.

    *behind* is how many points a figure may lag behind the time elapsed before red; *near* by how many per
    cent it may miss a level.
    """

    behind: Decimal = Decimal(10)
    near: Decimal = Decimal(5)
    sentence: str | Promise = gettext_lazy(
        "Figures that grow over the year: green when the completion rate is not behind the share of the "
        "year elapsed, yellow when it is at most 10 points behind, red beyond. Levels, rates and growth: "
        "green when the bound is kept, yellow when it is missed by at most 5 per cent of the target, red "
        "beyond; “about” allows 5 per cent either way."
    )


RULE = LampRule()


@dataclass(frozen=True, slots=True)
class TargetState:
    """A target with the *value* reached in *period*; completion and time elapsed in per cent."""

    target: Target
    name: str
    period: Period | None
    value: Number
    completion: Number
    elapsed: Decimal
    lamp: Lamp


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


def target_facts(target: Target) -> dict[str, Any]:
    """Return what the ledger keeps of a target."""
    return {name: getattr(target, name) for name in KEPT}


def set_target(
    code: str,
    area: Area,
    year: int,
    value: Decimal | int,
    *,
    unit: str,
    by: Scope,
    bound: str = Bound.AT_LEAST,
    measured: str = "value",
    office: Office | None = None,
    report_id: int | None = None,
    place: str = "",
    quote: str = "",
) -> Target:
    """Return a new target of an indicator for an area (or one office in it) and a year."""
    require_keeper(by, area)
    plan = catalogue().plan(code)
    _check(plan, value=Decimal(value), unit=unit, measured=measured, bound=bound)
    target = Target(
        indicator=code, area=area, office=office, year=year, value=Decimal(value), unit=unit, bound=bound,
        measured=measured, report_id=report_id, place=place[:40], quote=quote[:300],
    )  # fmt: skip
    try:
        with transaction.atomic():
            target.save(force_insert=True)
            after = target_facts(target)
            record(by.actor, "target.set", target, area_id=area.pk, before=None, after=after, note=quote)
    except IntegrityError as error:
        words = {"name": plan.kind.name, "year": year}
        raise TargetError(
            _("%(name)s already has a target for %(year)s; change that one.") % words
        ) from error
    return target


def _check(plan: Plan, *, value: Decimal, unit: str, measured: str, bound: str) -> None:
    """Refuse a target without a unit, in another unit than the figure's, or of an unknown shape."""
    name = plan.kind.name
    if not unit.strip():
        raise TargetError(
            _("A target of %(name)s needs a unit, such as %(unit)s.")
            % {"name": name, "unit": plan.kind.unit or "件"}
        )
    if measured not in MEASURED or bound not in Bound.values:
        raise TargetError(
            _("A target binds the value, its growth or its change: at least, about or at most.")
        )
    expected = {"value": plan.kind.unit, "growth": "%"}.get(measured)
    if expected is not None and expected != unit:
        words = {"name": name, "unit": unit, "expected": expected or _("no unit")}
        raise TargetError(_("%(name)s is measured in %(expected)s; the target is given in %(unit)s.") % words)
    if not value.is_finite():
        raise TargetError(_("A target is a number."))


@transaction.atomic
def change_target(target: Target, *, version: int, by: Scope, reason: str, **changes: Any) -> Target:
    """Return the target with its value, bound or unit changed, for a reason."""
    held = _hold(target, version, by)
    allowed = {"value", "bound", "unit", "quote", "place", "report_id"}
    if not reason.strip() or not changes.keys() <= allowed:
        raise TargetError(_("Say why the target changes; its value, bound, unit and source can."))
    before = target_facts(held)
    for name, value in changes.items():
        setattr(held, name, Decimal(value) if name == "value" else value)
    plan = catalogue().plan(held.indicator)
    _check(plan, value=held.value, unit=held.unit, measured=held.measured, bound=held.bound)
    return _save(held, before, "target.changed", by, reason)


@transaction.atomic
def end_target(target: Target, *, version: int, by: Scope, reason: str) -> Target:
    """Return the target ended: it was dropped or replaced; its line stays."""
    held = _hold(target, version, by)
    before = target_facts(held)
    held.ended = True
    return _save(held, before, "target.ended", by, reason)


def _hold(target: Target, version: int, by: Scope) -> Target:
    held = Target.objects.select_for_update(of=("self",)).select_related("area").get(pk=target.pk)
    require_keeper(by, held.area)
    if held.version != version or held.ended:
        raise ChangedMeanwhileError
    return held


def _save(target: Target, before: dict[str, Any], action: str, by: Scope, note: str) -> Target:
    target.version += 1
    target.save()
    after = target_facts(target)
    record(by.actor, action, target, area_id=target.area_id, before=before, after=after, note=note)
    return target


# ── how far ───────────────────────────────────────────────────────────────────────────────────────────


def target_states(targets: Sequence[Target], *, on: date) -> list[TargetState]:
    """Return what each target has reached by a day, in the order given; read together, year by year."""
    found: dict[int, TargetState] = {}
    for year in sorted({target.year for target in targets}):
        mine = [target for target in targets if target.year == year]
        found |= {
            target.pk: state for target, state in zip(mine, _states_of_year(mine, year, on), strict=True)
        }
    return [found[target.pk] for target in targets]


def _states_of_year(targets: Sequence[Target], year: int, on: date) -> list[TargetState]:
    known = catalogue().plans
    codes = [code for code in dict.fromkeys(target.indicator for target in targets) if code in known]
    areas = list(dict.fromkeys(target.area_id for target in targets))
    periods = _periods_to_date(year, on)
    # Only growth is held against last year, and only months that have passed in full.
    compared = _whole_months(periods, on) if any(one.measured != "value" for one in targets) else []
    wanted = [*periods, *(same_period_last_year(period) for period in compared)]
    board = evaluate_board(codes, areas, wanted, on=on, comparisons=False) if codes else None
    return [_state(target, board if target.indicator in known else None, periods, on) for target in targets]


def _periods_to_date(year: int, on: date) -> list[Period]:
    """Return the year to date by months, the longest first; the whole year stands for twelve months."""
    last = 12 if on.year > year else on.month if on.year == year else 1
    stretches = [
        parse_period(f"{year}-01..{year}-{month:02d}" if month > 1 else f"{year}-01")
        for month in range(min(last, 11), 0, -1)
    ]
    return [parse_period(str(year)), *stretches]


def _whole_months(periods: Sequence[Period], on: date) -> list[Period]:
    """Return the stretches that have passed in full: only those can be held against last year's."""
    return [period for period in periods if period.last_day <= on]


def _state(target: Target, board: Board | None, periods: Sequence[Period], on: date) -> TargetState:
    passed = elapsed(periods[0], on)
    if board is None:
        return TargetState(target, target.indicator, None, None, None, passed, "none")
    plan = board.plan(target.indicator)
    told = periods if target.measured == "value" else _whole_months(periods, on)
    period, value = _latest(target, board, told)
    if isinstance(plan.node, Series) and period is not None:
        # Statistics come a month late; they are held against the months they speak of.
        passed = elapsed(periods[0], min(on, period.last_day))
    reached = completion(value, target.value)
    lamp = lamp_of(target, value, passed, grows=_grows(plan, target))
    return TargetState(target, plan.kind.name, period, value, reached, passed, lamp)


def _latest(target: Target, board: Board, periods: Sequence[Period]) -> tuple[Period | None, Number]:
    """Return the longest stretch of the year that has a value, and what of it the target measures."""
    for period in periods:
        value = board.number(target.indicator, target.area_id, period)
        if value is None:
            continue
        if target.measured == "value":
            return period, value
        base = board.number(target.indicator, target.area_id, same_period_last_year(period))
        if base is not None:
            told = Growth(value, base)
            return period, told.percent if target.measured == "growth" else told.change
    return None, None


def _grows(plan: Plan, target: Target) -> bool:
    """Tell whether the figure grows over the year, so that time elapsed is its measure."""
    if target.measured != "value" or plan.kind.unit in RATES:
        return False
    node = plan.node
    return isinstance(node, (Added, Series)) and node.over_time == "sum"


def lamp_of(target: Target, value: Number, passed: Decimal, *, grows: bool, rule: LampRule = RULE) -> Lamp:
    """Return the lamp of a target by the one stated rule."""
    if value is None:
        return "none"
    lag = _lag_over_time(target, value, passed) if grows else _lag_of_level(target, value)
    if lag <= 0:
        return "green"
    return "yellow" if lag <= (rule.behind if grows else rule.near) else "red"


def _lag_over_time(target: Target, value: Decimal, passed: Decimal) -> Decimal:
    """Return how many points a figure is behind what the time elapsed asks for."""
    done = completion(value, target.value)
    if done is None:
        return _lag_of_level(target, value)
    match target.bound:
        case Bound.AT_MOST:
            return done - passed if done <= HUNDRED else HUNDRED
        case _:
            return passed - done


def _lag_of_level(target: Target, value: Decimal) -> Decimal:
    """Return by how many per cent of the target a level misses its bound."""
    size = abs(target.value) or Decimal(1)
    off = (target.value - value) * HUNDRED / size
    match target.bound:
        case Bound.AT_MOST:
            return -off
        case Bound.ABOUT:
            return abs(off) - RULE.near
        case _:
            return off
