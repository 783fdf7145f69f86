"""Readings of dossiers over time; a corrected one stays beside the one that replaces it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.schema import DossierKind, ReadingKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import Kind, PeriodError, parse_period
from zhenshu.registers.dossiers.errors import DossierInvalidError, ReadingError
from zhenshu.registers.dossiers.models import Dossier, Reading
from zhenshu.registers.dossiers.visibility import find_dossier, require
from zhenshu.registers.fields import clean_fields


def reading_facts(reading: Reading) -> dict[str, Any]:
    """Return what the ledger keeps of a reading; its values stand under ``values``."""
    kept = ("dossier_id", "series", "period", "on", "source", "signer", "replaced_by_id")
    return {**{field: getattr(reading, field) for field in kept}, "values": dict(reading.values)}


@transaction.atomic
def add_reading(
    dossier: Dossier,
    kind: DossierKind,
    series: str,
    *,
    period: str,
    values: Mapping[str, Any],
    signer: str,
    by: Scope,
    source: str = "",
    reason: str = "",
) -> Reading:
    """Return the reading of a series for a period, signed by who answers for it.

    The same values again change nothing. Other values for a period that has a reading replace it only
    with a *reason*; the replaced one is kept (统计法第二十一条).
    """
    dossier = find_dossier(dossier.pk, by)
    require("read_in", by, area_path=dossier.area.path, sensitive=dossier.sensitive)
    # Two readings of one dossier queue here, so that a period never gets two.
    Dossier.objects.select_for_update().get(pk=dossier.pk)
    declared = declared_series(kind, series)
    key, on = period_of(declared, period, dossier, series)
    cleaned, problems = clean_fields(declared.fields, values, complete=True)
    if problems or not signer.strip():
        raise DossierInvalidError(
            {**problems, **({} if signer.strip() else {"signer": _("A reading needs a signer.")})}
        )
    old = dossier.readings.filter(series=series, period=key, replaced_by=None).first()
    if old and old.values == cleaned:
        return old
    if old and not reason.strip():
        raise ReadingError(_("%(period)s has a reading already; say why it is replaced.") % {"period": key})
    made = Reading(dossier=dossier, series=series, period=key, on=on, values=cleaned, source=source[:120])
    made.signer = signer.strip()[:80]
    _store(made, old)
    before = reading_facts(old) if old else None
    action = "reading.replaced" if old else "reading.added"
    record(
        by.actor, action, made, area_id=dossier.area_id, before=before, after=reading_facts(made), note=reason
    )
    return made


def declared_series(kind: DossierKind, series: str) -> ReadingKind:
    """Return what the pack declares of a series; raise ReadingError for one it does not know."""
    declared = kind.readings.get(series)
    if declared is None:
        words = {"series": series, "known": "、".join(kind.readings) or "-"}
        raise ReadingError(_("There is no series “%(series)s” here. Series are: %(known)s.") % words)
    return declared


def period_of(declared: ReadingKind, text: str, dossier: Dossier, series: str) -> tuple[str, date]:
    """Return the key and the last day of a period; several events of one day are numbered."""
    try:
        period = parse_period(text)
    except PeriodError as problem:
        raise ReadingError(str(problem)) from None
    wanted = Kind.DAY if declared.every == "event" else Kind(declared.every)
    if period.kind is not wanted or period.is_stretch:
        words = {"name": declared.name, "every": wanted.value, "period": text}
        raise ReadingError(_("%(name)s is kept by the %(every)s; “%(period)s” is something else.") % words)
    if declared.every != "event":
        return period.key, period.last_day
    number = dossier.readings.filter(series=series, on=period.start).count() + 1
    return f"{period.key}#{number}", period.start


def _store(made: Reading, old: Reading | None) -> None:
    """Store a reading in the place of the old one; the constraint wants the old one out of the way first."""
    if old is None:
        made.save(force_insert=True)
        return
    parked = f"{old.period}~{old.pk}"[-20:]
    Reading.objects.filter(pk=old.pk).update(period=parked)
    made.save(force_insert=True)
    Reading.objects.filter(pk=old.pk).update(period=old.period, replaced_by=made)
