"""Enter reported values: each has a signer, and a corrected one stays beside the one that replaces it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import Kind, Period, PeriodError, parse_period
from zhenshu.measures.indicators.definitions import Plan, Series, catalogue
from zhenshu.measures.indicators.errors import ReportedError
from zhenshu.measures.indicators.models import Reported
from zhenshu.measures.indicators.rights import require_keeper
from zhenshu.measures.indicators.units import convert

MOST = Decimal(10) ** 16
KEPT = (
    "indicator", "area_id", "period", "first_day", "end_day", "value", "unit", "signer", "source", "note",
    "replaced_by_id",
)  # fmt: skip


def reported_facts(reported: Reported) -> dict[str, Any]:
    """Return what the ledger keeps of a reported value."""
    return {name: getattr(reported, name) for name in KEPT}


def series_plan(code: str) -> Plan:
    """Return the plan of a reported indicator; raise ReportedError for one that is counted from records."""
    plan = catalogue().plan(code)
    if not isinstance(plan.node, Series):
        raise ReportedError(
            _("%(name)s is worked out from the records; it cannot be entered.") % {"name": plan.kind.name}
        )
    return plan


def reported_period(text: str | Period) -> Period:
    """Return the period of a reported value: a month, quarter, half or year, or a stretch of them."""
    try:
        period = parse_period(text) if isinstance(text, str) else text
    except PeriodError as error:
        raise ReportedError(str(error)) from error
    if period.kind in (Kind.WEEK, Kind.DAY):
        raise ReportedError(
            _("Statistics are kept by months; “%(period)s” is something else.") % {"period": text}
        )
    return period


@transaction.atomic
def report_value(
    code: str,
    area: Area,
    period: str | Period,
    value: Decimal | int | str,
    *,
    signer: str,
    by: Scope,
    unit: str = "",
    source: str = "",
    note: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> Reported:
    """Return the stored value of a series, kept in the indicator's own unit and signed.

    The same value again changes nothing; another one for a period that has a value replaces it only with a
    *reason*. A closed period takes the correction too: `closing.differences` shows it (统计法第二十一条).
    """
    require_keeper(by, area)
    plan, told = series_plan(code), reported_period(period)
    number = convert(_number(value), unit, plan.kind.unit)
    if not signer.strip():
        raise ReportedError(_("A reported value needs a signer who answers for it."))
    made = Reported(
        indicator=code,
        area=area,
        period=told.key,
        first_day=told.start,
        end_day=told.end,
        value=number,
        unit=plan.kind.unit,
        signer=signer.strip()[:80],
        source=source[:200],
        note=note[:200],
        entered_by=by.name,
        entered_at=at or timezone.now(),
    )
    old = _standing(made)
    if old is not None and old.value == made.value:
        return old
    _store(made, old, reason, by)
    return made


def _number(value: Decimal | int | str) -> Decimal:
    try:
        number = Decimal(str(value))
    except ArithmeticError as error:
        raise ReportedError(_("“%(value)s” is not a number.") % {"value": str(value)[:40]}) from error
    if not number.is_finite() or abs(number) >= MOST:
        raise ReportedError(_("“%(value)s” is not a number that can be right.") % {"value": str(value)[:40]})
    return number.quantize(Decimal("0.000001"))


def _standing(made: Reported) -> Reported | None:
    """Return the value that stands for the same days, locked for this transaction."""
    same = Reported.objects.filter(indicator=made.indicator, area=made.area, replaced_by=None)
    return same.select_for_update().filter(first_day=made.first_day, end_day=made.end_day).first()


def _store(made: Reported, old: Reported | None, reason: str, by: Scope) -> None:
    if old is None:
        made.save(force_insert=True)
        action, before = "figure.reported", None
    else:
        if not reason.strip():
            words = {"period": old.period, "value": f"{old.value.normalize():f}", "unit": old.unit}
            raise ReportedError(
                _("%(period)s has the value %(value)s%(unit)s already; say why it is replaced.") % words
            )
        before, action = reported_facts(old), "figure.corrected"
        _replace(made, old)
    after = reported_facts(made)
    record(
        by.actor,
        action,
        made,
        area_id=made.area_id,
        before=before,
        after=after,
        note=reason,
        at=made.entered_at,
    )


def _replace(made: Reported, old: Reported) -> None:
    """Store a value in the place of another: that one must be out of the way first, as only one may stand."""
    Reported.objects.filter(pk=old.pk).update(replaced_by=old.pk)
    made.save(force_insert=True)
    Reported.objects.filter(pk=old.pk).update(replaced_by=made)


def history_of(code: str, area: Area, period: str | Period) -> list[Reported]:
    """Return all values that were ever reported for a period, the one that stands last."""
    told = reported_period(period)
    rows = Reported.objects.filter(indicator=code, area=area, first_day=told.start, end_day=told.end)
    return list(rows.order_by("pk"))
