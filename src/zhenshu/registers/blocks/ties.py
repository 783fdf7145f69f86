"""Ties: who answers for whom (包联、挂钩、河长), since when, until when; who did before stays readable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import TieKind
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.posts import posts_on
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.acts import (
    RecordDraft,
    hold_record,
    keep_record,
    record_facts,
    save_record,
)
from zhenshu.registers.blocks.among import dossiers_of
from zhenshu.registers.blocks.errors import RecordStateError
from zhenshu.registers.blocks.kinds import record_kind, refuse, subject_code
from zhenshu.registers.blocks.models import Record, State
from zhenshu.registers.blocks.visibility import standing_records
from zhenshu.registers.dossiers.models import Dossier


def in_force(records: QuerySet[Record], on: date) -> QuerySet[Record]:
    """Return the ties among *records* that hold on a day."""
    begun = records.filter(day__lte=on).exclude(state=State.WITHDRAWN)
    return begun.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))


@transaction.atomic
def bind(
    kind: TieKind, subject: int, holder: int, *, since: date, by: Scope, last_day: date | None = None,
    fields: Mapping[str, Any] | None = None, office: int | None = None, note: str = "",
) -> Record:  # fmt: skip
    """Return the tie of *holder* to a dossier from a day on, until *last_day* included where it is known."""
    _refuse_other_role(kind, holder, since)
    own = Record.objects.filter(kind=kind.full_code, holder_id=holder)
    if in_force(own.filter(subject_id=subject), since).exists():
        raise refuse(holder=_("This person answers for it already."))
    if not kind.many and in_force(own, since).exists():
        raise refuse(holder=_("This person answers for another one already; end that first."))
    if last_day is not None and last_day < since:
        raise refuse(last_day=_("A term ends no earlier than it begins."))
    draft = RecordDraft(
        kind=kind.full_code, day=since, subject=subject, holder=holder, office=office, fields=fields or {},
        ended_on=last_day + timedelta(days=1) if last_day else None,
        key=f"{subject}:{holder}:{since:%Y-%m-%d}",
    )  # fmt: skip
    return keep_record(draft, by=by, note=note)


def _refuse_other_role(kind: TieKind, holder: int, on: date) -> None:
    """A role of this house must be held; other names (代表、民警) stand for persons outside it."""
    if kind.role in Role.values and not posts_on(on).filter(user_id=holder, role=kind.role).exists():
        words = {"role": Role(kind.role).label}
        raise refuse(holder=_("Only a %(role)s can answer for this.") % words)


@transaction.atomic
def release(kept: Record, *, last_day: date, version: int, by: Scope, note: str = "") -> Record:
    """Return the tie ended with *last_day*; it stays in the history."""
    kept = hold_record(kept.pk, version=version, by=by, right="withdraw")
    if kept.ended_on is not None and kept.ended_on <= last_day:
        raise RecordStateError(_("This tie has ended already."))
    if last_day < kept.day:
        raise refuse(last_day=_("A term ends no earlier than it begins."))
    before = record_facts(kept)
    kept.ended_on = last_day + timedelta(days=1)
    return save_record(kept, before, "record.ended", by=by, note=note)


@transaction.atomic
def hand_over(kept: Record, holder: int, *, on: date, version: int, by: Scope, note: str = "") -> Record:
    """Return the tie of the next person, which begins on the day after the last of the one before."""
    kind = record_kind(kept.kind)
    assert isinstance(kind, TieKind)
    assert kept.subject_id is not None
    release(kept, last_day=on - timedelta(days=1), version=version, by=by, note=note)
    return bind(kind, kept.subject_id, holder, since=on, by=by, fields=kept.fields, note=note)


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers for a subject today."""

    subject: Dossier
    ties: tuple[Record, ...]


def who_answers(kind: TieKind, scope: Scope, *, on: date | None = None) -> list[Answering]:
    """Return every subject of the kind with its ties today; those nobody answers for come first."""
    day = on or timezone.localdate()
    held: dict[int, list[Record]] = {}
    standing = standing_records(scope).filter(kind=kind.full_code)
    for tie in in_force(standing, day).select_related("holder", "office").order_by("day", "pk"):
        held.setdefault(tie.subject_id or 0, []).append(tie)
    subjects = dossiers_of(subject_code(kind), scope)
    found = [Answering(one, tuple(held.get(one.pk, ()))) for one in subjects]
    return sorted(found, key=lambda one: (bool(one.ties), one.subject.title, one.subject.pk))
