"""Limits on readings: one beyond its limit opens a case, once until the readings are within it again.

The ledger tells of every reading, typed, imported or sent by a station; what is opened here is stored in the
same transaction as the reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import SYSTEM, Change, record
from zhenshu.ground.packs.blocks import ThresholdLevel
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import ThresholdKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.cases.loop import Draft
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.opening import find_kind, prepare_case, store_case
from zhenshu.registers.dossiers.models import Dossier, Reading, State
from zhenshu.registers.dossiers.visibility import visible_dossiers
from zhenshu.registers.engines.kinds import full_code, kinds_of
from zhenshu.registers.engines.limits import is_clear, level_of, rank
from zhenshu.registers.engines.models import Alarm

ITSELF = Scope(None, SYSTEM.name, ())
READING = "dossiers.reading"
# A reading that lies two periods back is history: it is noted, but nobody is sent out.
RECENT = {"day": 2, "week": 14, "month": 62, "quarter": 184, "year": 731, "event": 2}
KEPT = (
    "kind",
    "dossier_id",
    "level",
    "value",
    "reading_id",
    "since",
    "case_id",
    "cleared_on",
    "cleared_by_id",
)


def alarm_facts(alarm: Alarm) -> dict[str, Any]:
    """Return what the ledger keeps of an alarm."""
    return {name: getattr(alarm, name) for name in KEPT}


class ThresholdFollower:
    """Looks at every reading that is added or replaced, inside the transaction that stores it."""

    def follow(self, changes: Sequence[Change], entries: Sequence[Entry]) -> None:
        """Judge the series that these changes touched, each once."""
        touched = {
            (after["dossier_id"], after["series"])
            for change in changes
            if change.subject_kind == READING and (after := change.after) is not None
        }
        if touched:
            _judge_all(touched)


def _judge_all(touched: Iterable[tuple[int, str]]) -> None:
    limits = _limits_by_series()
    wanted = [pair for pair in touched if any(series == pair[1] for _code, series in limits)]
    dossiers = Dossier.objects.select_related("area").in_bulk({pk for pk, _series in wanted})
    for pk, series in sorted(wanted):
        for kind in limits.get((dossiers[pk].kind, series), ()):
            judge(kind, dossiers[pk])


def _limits_by_series() -> Mapping[tuple[str, str], list[ThresholdKind]]:
    found: dict[tuple[str, str], list[ThresholdKind]] = {}
    for kind in kinds_of(ThresholdKind):
        found.setdefault((full_code(kind, kind.of), kind.reading), []).append(kind)
    return found


@transaction.atomic
def judge(kind: ThresholdKind, dossier: Dossier) -> Alarm | None:
    """Open, raise or clear the alarm of a dossier by its last readings; return the one that is open then."""
    Dossier.objects.select_for_update().get(pk=dossier.pk)
    readings = _last_readings(kind, dossier)
    alarm = Alarm.objects.filter(kind=kind.full_code, dossier=dossier, cleared_on=None).first()
    if not readings or dossier.state != State.ACTIVE:
        return alarm
    values = [float(one.values[kind.value]) for one in readings]
    level = level_of(kind, values)
    if alarm is None:
        return _open(kind, dossier, level, readings[-1]) if level else None
    if level is not None:
        return _raise(alarm, kind, level, readings[-1])
    if not is_clear(kind, values[-1]):
        return alarm
    _clear(alarm, readings[-1])
    return None


def _last_readings(kind: ThresholdKind, dossier: Dossier) -> list[Reading]:
    """Return the last readings that tell the value, as many as the longest run asks, oldest first."""
    most = max(level.times for level in kind.levels.values())
    found = dossier.readings.filter(series=kind.reading, replaced_by=None).order_by("-on", "-pk")
    told = [one for one in found[: most * 2] if isinstance(one.values.get(kind.value), (int, float))]
    return list(reversed(told[:most]))


def _open(kind: ThresholdKind, dossier: Dossier, level: ThresholdLevel, reading: Reading) -> Alarm:
    alarm = Alarm(kind=kind.full_code, dossier=dossier, level=level.code, reading=reading, since=reading.on)
    alarm.value = float(reading.values[kind.value])
    refusal = ""
    if kind.raises and _is_recent(kind, dossier, reading.on):
        try:
            alarm.case = _open_case(kind, dossier, level, alarm)
        except CaseError as error:
            # The reading is right all the same; the alarm stands, and its line says what was missing.
            refusal = str(error)
    alarm.save(force_insert=True)
    _record(alarm, "alarm.opened", None, note=refusal)
    return alarm


def _raise(alarm: Alarm, kind: ThresholdKind, level: ThresholdLevel, reading: Reading) -> Alarm:
    """Note a more pressing level; the case stays the one that was opened."""
    held = kind.levels.get(alarm.level)
    if held is not None and rank(level) <= rank(held):
        return alarm
    before = alarm_facts(alarm)
    alarm.level, alarm.value, alarm.reading = level.code, float(reading.values[kind.value]), reading
    alarm.save()
    _record(alarm, "alarm.raised", before)
    return alarm


def _clear(alarm: Alarm, reading: Reading) -> None:
    before = alarm_facts(alarm)
    alarm.cleared_on, alarm.cleared_by = max(reading.on, alarm.since), reading
    alarm.save()
    _record(alarm, "alarm.cleared", before)


def _is_recent(kind: ThresholdKind, dossier: Dossier, on: date) -> bool:
    every = library().dossier_kind(dossier.kind).readings[kind.reading].every
    return on >= timezone.localdate() - timedelta(days=RECENT[every])


def _open_case(kind: ThresholdKind, dossier: Dossier, level: ThresholdLevel, alarm: Alarm) -> Case:
    """Take in the matter by itself; raise CaseError where its kind asks for more than a reading knows."""
    declared = find_kind(full_code(kind, kind.raises or ""))
    words = {"value": f"{alarm.value:g}", "day": alarm.since, "level": level.name, "kind": kind.name}
    draft = Draft(
        kind=declared.full_code,
        title=f"{kind.name}：{level.name}",
        description=_("%(kind)s on %(day)s: %(value)s, %(level)s.") % words,
        area=dossier.area_id,
        subject=dossier.pk,
    )
    now = timezone.now()
    prepared = prepare_case(draft, declared, by=ITSELF, at=now)
    store_case(prepared, declared, by=ITSELF, at=now)
    return prepared.case


def _record(alarm: Alarm, action: str, before: Mapping[str, Any] | None, *, note: str = "") -> None:
    area = alarm.dossier.area_id
    record(SYSTEM, action, alarm, area_id=area, before=before, after=alarm_facts(alarm), note=note)


def alarms_of(kind: ThresholdKind, scope: Scope) -> QuerySet[Alarm]:
    """Return the alarms, open ones first, of the dossiers this person may see."""
    alarms = Alarm.objects.filter(kind=kind.full_code, dossier__in=visible_dossiers(scope).values("pk"))
    return alarms.select_related("dossier__area", "case").order_by(
        F("cleared_on").desc(nulls_first=True), "-since", "-pk"
    )
