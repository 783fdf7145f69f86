"""Close a period (结账): its values stand as published, and what changes later shows as a difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import Period, PeriodError, parse_period
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.errors import ClosingError
from zhenshu.measures.indicators.evaluate import Board, Number, Value, evaluate_board
from zhenshu.measures.indicators.geography import tree
from zhenshu.measures.indicators.models import Closing, Published
from zhenshu.measures.indicators.rights import require_keeper

STEP = Decimal("0.000001")  # what is kept of a value


@dataclass(frozen=True, slots=True)
class Difference:
    """A published value that the records now tell otherwise; *redefined* when its definition changed too."""

    indicator: str
    name: str
    area_id: int
    published: Number
    now: Number
    redefined: bool

    @property
    def change(self) -> Number:
        if self.published is None or self.now is None:
            return None
        return self.now - self.published


@transaction.atomic
def close_period(
    area: Area, period: str | Period, *, by: Scope, codes: Sequence[str] | None = None, note: str = ""
) -> Closing:
    """Return the closing of a period: the values of the area and of those right below it are frozen."""
    require_keeper(by, area)
    told = _period(period)
    moment = timezone.now()
    if told.start > timezone.localdate(moment):
        raise ClosingError(_("%(period)s has not begun; it cannot be closed.") % {"period": told.name_zh})
    closing = Closing(
        area=area, period=told.key, first_day=told.start, end_day=told.end, closed_at=moment,
        closed_by=by.name, note=note[:200],
    )  # fmt: skip
    try:
        with transaction.atomic():
            closing.save(force_insert=True)
    except IntegrityError as error:
        raise ClosingError(_("%(period)s is closed already.") % {"period": told.name_zh}) from error
    frozen = list(_frozen(closing, told, list(codes or catalogue().plans)))
    Published.objects.bulk_create(frozen, batch_size=500)
    facts = {"period": told.key, "values": len(frozen), "reopened_at": None}
    record(by.actor, "period.closed", closing, area_id=area.pk, before=None, after=facts, note=note)
    return closing


def _period(period: str | Period) -> Period:
    try:
        return parse_period(period) if isinstance(period, str) else period
    except PeriodError as error:
        raise ClosingError(str(error)) from error


def _frozen(closing: Closing, period: Period, codes: Sequence[str]) -> Iterator[Published]:
    areas = [closing.area_id, *tree().children(closing.area_id, period.last_day)]
    board = evaluate_board(codes, areas, [period], comparisons=False)
    for value in _values(board, codes, areas, period):
        if value.value is not None:
            yield Published(
                closing=closing,
                indicator=value.code,
                area_id=value.area_id,
                value=_kept(value.exact),
                numerator=_kept(value.numerator),
                denominator=_kept(value.denominator),
                n=value.n,
                unit=value.unit,
                definition=value.definition_version,
            )


def _values(board: Board, codes: Sequence[str], areas: Sequence[int], period: Period) -> Iterator[Value]:
    for code in codes:
        for area in areas:
            yield board.value(code, area, period)


def _kept(value: Number) -> Number:
    return None if value is None else value.quantize(STEP, ROUND_HALF_UP)


@transaction.atomic
def reopen_period(closing: Closing, *, by: Scope, reason: str) -> Closing:
    """Return the closing undone, for a reason; what was published stays readable."""
    held = Closing.objects.select_for_update(of=("self",)).select_related("area").get(pk=closing.pk)
    require_keeper(by, held.area)
    if held.reopened_at is not None:
        raise ClosingError(_("This period is open already."))
    if not reason.strip():
        raise ClosingError(_("Say why the period is opened again."))
    held.reopened_at = timezone.now()
    held.save(update_fields=["reopened_at"])
    before: dict[str, Any] = {"period": held.period, "reopened_at": None}
    after = {"period": held.period, "reopened_at": held.reopened_at}
    record(by.actor, "period.reopened", held, area_id=held.area_id, before=before, after=after, note=reason)
    return held


def closing_of(area: Area | int, period: str | Period) -> Closing | None:
    """Return the closing that stands for a period of an area, or of an area above it."""
    told = _period(period)
    area_id = area if isinstance(area, int) else area.pk
    above = [storey for storey in tree().storeys(area_id) if storey]
    standing = Closing.objects.filter(area_id__in=above, reopened_at=None)
    return standing.filter(first_day=told.start, end_day=told.end).order_by("-pk").first()


def closings_touching(area_id: int, period: Period) -> list[Closing]:
    """Return the closed periods that a value of these days would change."""
    above = [storey for storey in tree().storeys(area_id) if storey]
    standing = Closing.objects.filter(area_id__in=above, reopened_at=None)
    return list(standing.filter(first_day__lt=period.end, end_day__gt=period.start).order_by("first_day"))


def differences(closing: Closing) -> list[Difference]:
    """Return every published value of a closing that the ledger now tells otherwise."""
    published = list(closing.values.order_by("indicator", "area_id"))
    known = catalogue().plans
    codes = list(dict.fromkeys(one.indicator for one in published if one.indicator in known))
    areas = list(dict.fromkeys(one.area_id for one in published))
    if not codes:
        return []
    period = parse_period(closing.period)
    board = evaluate_board(codes, areas, [period], comparisons=False)
    return [
        found
        for one in published
        if one.indicator in known and (found := _difference(one, board, period)) is not None
    ]


def _difference(one: Published, board: Board, period: Period) -> Difference | None:
    now = _kept(board.number(one.indicator, one.area_id, period))
    if now == one.value:
        return None
    plan = board.plan(one.indicator)
    redefined = plan.version != one.definition
    return Difference(one.indicator, plan.kind.name, one.area_id, one.value, now, redefined)


def published_value(code: str, area: Area | int, period: str | Period) -> Published | None:
    """Return the value of a figure as it was published, if its period is closed."""
    closing = closing_of(area, period)
    if closing is None:
        return None
    area_id = area if isinstance(area, int) else area.pk
    return closing.values.filter(indicator=code, area_id=area_id).first()
