"""Ladders (梯度培育): who goes into the reserve of a rung, who gets its title, who leaves, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.schema import LadderKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.acts import correct_dossier
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import find_dossier, require, visible_dossiers
from zhenshu.registers.engines.climbing import Climb, Ladder
from zhenshu.registers.engines.errors import EngineInvalidError, EngineNotFoundError, EngineStateError
from zhenshu.registers.engines.facts import records_of
from zhenshu.registers.engines.kinds import find_kind, full_code, subject_kind
from zhenshu.registers.engines.models import LadderPlace, Standing
from zhenshu.registers.engines.spans import last_day

KEPT = (
    "kind", "dossier_id", "step", "standing", "since", "valid_until", "reason_in", "ended_on", "reason_out",
)  # fmt: skip


def place_facts(place: LadderPlace) -> dict[str, Any]:
    """Return what the ledger keeps of a place."""
    return {name: getattr(place, name) for name in KEPT}


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def enter(
    dossier: Dossier, kind: LadderKind, step: str, standing: Standing, *, since: date, reason: str, by: Scope
) -> LadderPlace:
    """Return the new place of a dossier on a rung (入库).

    A title ends the reserve for it, is valid for as long as the rung says, and moves the field of the dossier
    that holds its rung up.
    """
    held = _hold(dossier.pk, kind, by)
    _check(kind, step, reason, held, since)
    if _open_places(kind, held).filter(step=step, standing=standing).exists():
        raise EngineStateError(_("%(title)s stands there already.") % {"title": held.title})
    valid = kind.steps[step].valid if standing == Standing.TITLE else None
    place = LadderPlace(
        kind=kind.full_code,
        dossier=held,
        step=step,
        standing=standing,
        since=since,
        valid_until=last_day(since, valid) if valid else None,
        reason_in=reason.strip()[:200],
        by_id=by.user_id,
    )
    place.save(force_insert=True)
    _record(place, "ladder.entered", None, by)
    if standing == Standing.TITLE:
        for reserve in _open_places(kind, held).filter(step=step, standing=Standing.RESERVE):
            _end(reserve, max(since, reserve.since), _("Got the title."), by)
        _put_on_rung(held, kind, by)
    return place


@transaction.atomic
def leave(place_id: int, *, on: date, reason: str, by: Scope) -> LadderPlace:
    """Return the place, ended on a day with the reason (出库); a lost title moves the dossier's rung down."""
    place, kind = find_place(place_id, by)
    held = _hold(place.dossier_id, kind, by)
    place = LadderPlace.objects.select_for_update().get(pk=place.pk)
    if place.ended_on:
        raise EngineStateError(_("This place has ended already."))
    if not reason.strip():
        raise EngineInvalidError({"reason": _("Say why.")})
    if on < place.since:
        raise EngineInvalidError({"on": _("It ends no earlier than it begins.")})
    _end(place, on, reason.strip()[:200], by)
    if place.standing == Standing.TITLE:
        _put_on_rung(held, kind, by)
    return place


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────


def climbs(kind: LadderKind, dossiers: QuerySet[Dossier]) -> list[tuple[Dossier, Climb]]:
    """Return where each of these dossiers stands on the ladder."""
    ladder = Ladder(kind, subject_kind(kind, kind.of))
    found = list(dossiers.select_related("area"))
    records = records_of(found)
    return [(dossier, ladder.climb(records[dossier.pk])) for dossier in found]


def climbers(kind: LadderKind, scope: Scope) -> QuerySet[Dossier]:
    """Return the active dossiers of the ladder that this person may see."""
    code = full_code(kind, kind.of)
    return visible_dossiers(scope).filter(kind=code, state=State.ACTIVE).order_by("title", "pk")


def places_of(kind: LadderKind, scope: Scope) -> QuerySet[LadderPlace]:
    """Return the places, of now and before, of the dossiers this person may see."""
    seen = visible_dossiers(scope).values("pk")
    places = LadderPlace.objects.filter(kind=kind.full_code, dossier__in=seen)
    return places.select_related("dossier__area", "by")


def find_place(place_id: int, scope: Scope) -> tuple[LadderPlace, LadderKind]:
    """Return a place and its ladder; the dossier must be one this person may see."""
    place = LadderPlace.objects.filter(pk=place_id).first()
    if place is None:
        raise EngineNotFoundError(place_id)
    find_dossier(place.dossier_id, scope)
    return place, find_kind(place.kind, LadderKind)


# ── what the acts share ───────────────────────────────────────────────────────────────────────────────


def _hold(dossier_id: int, kind: LadderKind, by: Scope) -> Dossier:
    """Return the dossier locked for an act, so that acts on one dossier queue."""
    dossier = find_dossier(dossier_id, by)
    require("close", by, area_path=dossier.area.path, sensitive=dossier.sensitive)
    if dossier.kind != full_code(kind, kind.of):
        raise EngineInvalidError({"dossier": _("Other dossiers climb this ladder.")})
    return Dossier.objects.select_for_update(of=("self",)).select_related("area").get(pk=dossier.pk)


def _check(kind: LadderKind, step: str, reason: str, dossier: Dossier, since: date) -> None:
    problems: dict[str, str] = {}
    if step not in kind.steps:
        problems["step"] = _("There is no such rung.")
    if not reason.strip():
        problems["reason"] = _("Say why.")
    if dossier.state != State.ACTIVE:
        problems["dossier"] = _("The dossier is closed.")
    if since < dossier.opened_on:
        problems["since"] = _("The dossier did not exist yet on that day.")
    if problems:
        raise EngineInvalidError(problems)


def _open_places(kind: LadderKind, dossier: Dossier) -> QuerySet[LadderPlace]:
    return LadderPlace.objects.filter(kind=kind.full_code, dossier=dossier, ended_on=None)


def _end(place: LadderPlace, on: date, reason: str, by: Scope) -> None:
    before = place_facts(place)
    place.ended_on, place.reason_out = on, reason
    place.save(update_fields=["ended_on", "reason_out"])
    _record(place, "ladder.left", before, by)


def _put_on_rung(dossier: Dossier, kind: LadderKind, by: Scope) -> None:
    """Write the highest title held into the field that holds the dossier's rung, if the ladder has one."""
    if not kind.field:
        return
    subjects = subject_kind(kind, kind.of)
    titles = set(_open_places(kind, dossier).filter(standing=Standing.TITLE).values_list("step", flat=True))
    highest = next((code for code in reversed(list(kind.steps)) if code in titles), None)
    options = subjects.fields[kind.field].options
    # A field may have a word of its own for standing on no rung, such as 无.
    value = highest if highest in options else next((code for code in options if code not in kind.steps), "")
    if dossier.fields.get(kind.field, "") != value:
        correct_dossier(dossier, subjects, {kind.field: value}, version=dossier.version, by=by)


def _record(place: LadderPlace, action: str, before: Mapping[str, Any] | None, by: Scope) -> None:
    note = place.reason_out or place.reason_in
    area = place.dossier.area_id
    record(by.actor, action, place, area_id=area, before=before, after=place_facts(place), note=note)
