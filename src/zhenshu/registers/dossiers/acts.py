"""Acts on dossiers: create, correct, close, reopen, merge. Each leaves its line in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.areas.names import pinyin_initials
from zhenshu.ground.ledger.record import Change, record, record_many, subject_kind_of
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.errors import (
    DossierChangedError,
    DossierError,
    DossierInvalidError,
    DossierNotAllowedError,
    DoubleDossierError,
)
from zhenshu.registers.dossiers.identity import identity_of, title_of
from zhenshu.registers.dossiers.models import Dossier, Reading, Relation, State
from zhenshu.registers.dossiers.readings import reading_facts
from zhenshu.registers.dossiers.visibility import find_dossier, may_see_sensitive, require
from zhenshu.registers.fields import Values, clean_fields
from zhenshu.registers.references import References

KEPT = (
    "pack", "kind", "title", "area_id", "identity", "sensitive", "state", "opened_on", "closed_on",
    "merged_into_id", "version",
)  # fmt: skip


def dossier_facts(dossier: Dossier) -> dict[str, Any]:
    """Return everything a dossier says of itself; its own fields stand under ``fields``."""
    return {**{name: getattr(dossier, name) for name in KEPT}, "fields": dict(dossier.fields)}


@transaction.atomic
def create_dossier(
    kind: DossierKind,
    raw: Mapping[str, Any],
    *,
    area: Area,
    opened_on: date,
    by: Scope,
    references: References | None = None,
    note: str = "",
) -> Dossier:
    """Return a new active dossier of *kind* with the cleaned values of *raw*."""
    dossier = new_dossier(kind, raw, area=area, opened_on=opened_on, by=by, references=references)
    _refuse_double(dossier)
    _insert(dossier)
    after = dossier_facts(dossier)
    record(by.actor, "dossier.created", dossier, area_id=area.pk, before=None, after=after, note=note)
    return dossier


def new_dossier(
    kind: DossierKind,
    raw: Mapping[str, Any],
    *,
    area: Area,
    opened_on: date,
    by: Scope,
    references: References | None = None,
) -> Dossier:
    """Return a dossier of *kind* that is not stored yet; raise where it may not or can't be."""
    require("create", by, area_path=area.path, sensitive=kind.sensitive)
    values, problems = clean_fields(kind.fields, raw, complete=True, references=references)
    if problems:
        raise DossierInvalidError(problems)
    dossier = Dossier(
        pack=kind.pack, kind=kind.full_code, area=area, opened_on=opened_on, sensitive=kind.sensitive
    )
    _put(dossier, kind, values)
    return dossier


@transaction.atomic
def correct_dossier(
    dossier: Dossier,
    kind: DossierKind,
    raw: Mapping[str, Any],
    *,
    version: int,
    by: Scope,
    area: Area | None = None,
    references: References | None = None,
    note: str = "",
) -> Dossier:
    """Return the dossier with the fields of *raw* corrected, and moved to *area* when given."""
    dossier = hold(dossier.pk, version=version, by=by, right="correct")
    require("correct", by, area_path=(area or dossier.area).path, sensitive=kind.sensitive)
    _refuse_hidden_fields(kind, raw, dossier.area, by)
    values, problems = clean_fields(kind.fields, raw, complete=False, references=references)
    if problems:
        raise DossierInvalidError(problems)
    before = dossier_facts(dossier)
    merged = {**dossier.fields, **values}
    _put(dossier, kind, {key: value for key, value in merged.items() if value is not None})
    dossier.area = area or dossier.area
    if {**dossier_facts(dossier), "version": 0} == {**before, "version": 0}:
        return dossier
    _refuse_double(dossier)
    return _save(dossier, before, "dossier.corrected", by, note=note)


@transaction.atomic
def close_dossier(dossier: Dossier, *, version: int, on: date, by: Scope, note: str = "") -> Dossier:
    """Return the dossier closed on a day: the shop gave up, the house was pulled down."""
    dossier = hold(dossier.pk, version=version, by=by, right="close")
    if on < dossier.opened_on:
        raise DossierError(_("A dossier closes no earlier than it opens."))
    before = dossier_facts(dossier)
    dossier.state, dossier.closed_on = State.CLOSED, on
    return _save(dossier, before, "dossier.closed", by, note=note)


@transaction.atomic
def reopen_dossier(dossier: Dossier, *, version: int, by: Scope, note: str = "") -> Dossier:
    """Return the closed dossier active again."""
    dossier = hold(dossier.pk, version=version, by=by, right="reopen", state=State.CLOSED)
    before = dossier_facts(dossier)
    dossier.state, dossier.closed_on = State.ACTIVE, None
    _refuse_double(dossier)
    return _save(dossier, before, "dossier.reopened", by, note=note)


@transaction.atomic
def merge_dossiers(
    kept: Dossier, absorbed: Dossier, *, versions: tuple[int, int], on: date, by: Scope, note: str = ""
) -> Dossier:
    """Return *kept* with what only *absorbed* knew; that one stays readable and names its heir.

    Ties and readings move over; where both have a reading for a period, each keeps its own.
    """
    if kept.pk == absorbed.pk or kept.kind != absorbed.kind:
        raise DossierError(_("Only two different dossiers of one kind can be merged."))
    # Held in one order, so that two opposite merges cannot wait for one another.
    held = {
        pk: hold(pk, version=version, by=by, right="merge")
        for pk, version in sorted(zip((kept.pk, absorbed.pk), versions, strict=True))
    }
    kept, absorbed = held[kept.pk], held[absorbed.pk]
    before, before_absorbed = dossier_facts(kept), dossier_facts(absorbed)
    absorbed.state, absorbed.closed_on, absorbed.merged_into = State.MERGED, max(on, absorbed.opened_on), kept
    _save(absorbed, before_absorbed, "dossier.merged", by, note=note)
    kept.fields = {**absorbed.fields, **kept.fields}
    kept.opened_on = min(kept.opened_on, absorbed.opened_on)
    kept.identity = kept.identity or absorbed.identity
    _move_ties(kept, absorbed)
    _move_readings(kept, absorbed, by)
    return _save(kept, before, "dossier.absorbed", by, note=note)


def heir_of(dossier: Dossier) -> Dossier:
    """Return the dossier that stands for this one after all merges."""
    while dossier.merged_into is not None:
        dossier = dossier.merged_into
    return dossier


def _move_ties(kept: Dossier, absorbed: Dossier) -> None:
    taken = set(kept.relations.filter(ended_on=None).values_list("kind", "target_id"))
    for relation in absorbed.relations.filter(ended_on=None).exclude(target=kept):
        if (relation.kind, relation.target_id) not in taken:
            Relation.objects.filter(pk=relation.pk).update(source=kept)
    taken = set(kept.back_relations.filter(ended_on=None).values_list("kind", "source_id"))
    for relation in absorbed.back_relations.filter(ended_on=None).exclude(source=kept):
        if (relation.kind, relation.source_id) not in taken:
            Relation.objects.filter(pk=relation.pk).update(target=kept)


def _move_readings(kept: Dossier, absorbed: Dossier, by: Scope) -> None:
    """Hand over the readings of periods that *kept* knows nothing of; each leaves its line."""
    read = set(kept.readings.filter(replaced_by=None).values_list("series", "period"))
    moved = [r for r in absorbed.readings.filter(replaced_by=None) if (r.series, r.period) not in read]
    changes = []
    for reading in moved:
        before = reading_facts(reading)
        after = {**before, "dossier_id": kept.pk}
        kind = subject_kind_of(reading)
        changes.append(Change("reading.moved", kind, reading.pk, kept.area_id, before, after))
    Reading.objects.filter(pk__in=[reading.pk for reading in moved]).update(dossier=kept)
    if changes:
        record_many(by.actor, changes)


# ── what the acts share ───────────────────────────────────────────────────────────────────────────────


def hold(dossier_id: int, *, version: int, by: Scope, right: str, state: State = State.ACTIVE) -> Dossier:
    """Return the dossier locked for an act, if *by* may and it still is what the person saw."""
    dossier = find_dossier(dossier_id, by)
    require(right, by, area_path=dossier.area.path, sensitive=dossier.sensitive)
    dossier = Dossier.objects.select_for_update(of=("self",)).select_related("area").get(pk=dossier.pk)
    if dossier.version != version:
        raise DossierChangedError(dossier.title, dossier.version)
    if dossier.state != state:
        words = {"title": dossier.title, "state": State(dossier.state).label}
        raise DossierError(_("%(title)s can't be changed like this: it is %(state)s.") % words)
    return dossier


def _refuse_hidden_fields(kind: DossierKind, raw: Mapping[str, Any], area: Area, by: Scope) -> None:
    """Who sees a field masked must not write it: the mask would overwrite the value."""
    hidden = [
        key for key in raw if key in kind.fields and kind.fields[key].sensitive and raw[key] not in (None, "")
    ]
    if hidden and not may_see_sensitive(area.path, by):
        raise DossierNotAllowedError


def _put(dossier: Dossier, kind: DossierKind, values: Values) -> None:
    if kind.full_code != dossier.kind:
        raise DossierError(_("This dossier is of another kind, %(kind)s.") % {"kind": dossier.kind})
    dossier.fields = values
    dossier.title = title_of(kind, values)
    dossier.initials = pinyin_initials(dossier.title)[:60]
    dossier.identity = identity_of(kind, values)
    if not dossier.title:
        raise DossierInvalidError({kind.title: _("A dossier needs a title.")})


def _refuse_double(dossier: Dossier) -> None:
    if not dossier.identity:
        return
    others = Dossier.objects.filter(kind=dossier.kind, identity=dossier.identity, state=State.ACTIVE)
    other = others.exclude(pk=dossier.pk).first()
    if other:
        raise DoubleDossierError(other.title, other.pk)


def _insert(dossier: Dossier) -> None:
    """Insert; a double that came in at the same instant is found by the database."""
    try:
        with transaction.atomic():
            dossier.save(force_insert=True)
    except IntegrityError:
        _refuse_double(dossier)
        raise


def _save(dossier: Dossier, before: Mapping[str, Any], action: str, by: Scope, *, note: str) -> Dossier:
    dossier.version += 1
    dossier.save()
    after = dossier_facts(dossier)
    record(by.actor, action, dossier, area_id=dossier.area_id, before=before, after=after, note=note)
    return dossier


def note_views(dossiers: list[Dossier], *, by: Scope) -> None:
    """Leave a line for each sensitive dossier that was shown."""
    changes = [
        Change("dossier.viewed", subject_kind_of(dossier), dossier.pk, dossier.area_id, None, None)
        for dossier in dossiers
        if dossier.sensitive
    ]
    if changes:
        with transaction.atomic():
            record_many(by.actor, changes)


def open_dossier(dossier_id: int, *, by: Scope) -> Dossier:
    """Return the dossier for reading; opening a sensitive one leaves a line."""
    dossier = find_dossier(dossier_id, by)
    note_views([dossier], by=by)
    return dossier
