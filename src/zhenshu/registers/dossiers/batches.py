"""Many new dossiers of one kind in one act, such as a list that is taken in whole: all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import Change, record_many, subject_kind_of
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.rows import give_ids, insert_rows
from zhenshu.registers.dossiers.acts import dossier_facts, new_dossier
from zhenshu.registers.dossiers.errors import DoubleDossierError
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.references import References


@dataclass(frozen=True, slots=True)
class DossierDraft:
    """A dossier as somebody describes it."""

    values: Mapping[str, Any]
    area: Area
    opened_on: date


@transaction.atomic
def create_dossiers(
    drafts: Sequence[DossierDraft], kind: DossierKind, *, by: Scope, references: References | None = None
) -> list[Dossier]:
    """Return new active dossiers of *kind*, one for each draft and each with its own line in the ledger.

    Raises DossierInvalidError, DossierNotAllowedError or DoubleDossierError for the first draft that can't
    be stored, and then stores none.
    """
    known = references or References()
    made = [
        new_dossier(kind, one.values, area=one.area, opened_on=one.opened_on, by=by, references=known)
        for one in drafts
    ]
    _refuse_doubles(made)
    give_ids(made)
    now = timezone.now()
    for one in made:
        one.changed_at = now
    try:
        with transaction.atomic():
            insert_rows(made)
    except IntegrityError:
        _refuse_doubles(made)  # one that came in at the same instant
        raise
    record_many(by.actor, [_change(one) for one in made])
    return made


def _refuse_doubles(made: Sequence[Dossier]) -> None:
    """Refuse a second active dossier of one identity, among those there are and among the new ones."""
    named = [one for one in made if one.identity]
    if not named:
        return
    wanted = {one.identity for one in named}
    active = Dossier.objects.filter(kind=named[0].kind, state=State.ACTIVE, identity__in=wanted)
    others: dict[str, Dossier] = {one.identity: one for one in active}
    for one in named:
        other = others.setdefault(one.identity, one)
        if other is not one:
            raise DoubleDossierError(other.title, other.pk)


def _change(made: Dossier) -> Change:
    kind, facts = subject_kind_of(made), dossier_facts(made)
    return Change("dossier.created", kind, made.pk, made.area_id, None, facts)
