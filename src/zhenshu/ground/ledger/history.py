"""Read the ledger: what happened to a record, and the lines that fit a question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from zhenshu.ground.ledger.models import Entry


@dataclass(frozen=True, slots=True)
class EntryQuestion:
    """Which lines are asked for; what is None is not asked."""

    subject_kind: str | None = None
    subject_id: int | None = None
    actor_id: int | None = None
    action: str | None = None  # whole, or the part before the dot: ``case`` for all acts on cases
    since: datetime | None = None
    until: datetime | None = None
    area_ids: Iterable[int] | None = None
    note: str | None = None


def entries_of(subject_kind: str, subject_id: int) -> QuerySet[Entry]:
    """Return the lines about one record in the order they were written."""
    return Entry.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("seq")


def entries_for(question: EntryQuestion) -> QuerySet[Entry]:
    """Return the lines that fit the question, the newest first."""
    exact = {
        "subject_kind": question.subject_kind,
        "subject_id": question.subject_id,
        "actor_id": question.actor_id,
        "at__gte": question.since,
        "at__lt": question.until,
        "note__contains": question.note,
    }
    entries = Entry.objects.filter(**{key: value for key, value in exact.items() if value is not None})
    if question.action:
        entries = entries.filter(Q(action=question.action) | Q(action__startswith=f"{question.action}."))
    if question.area_ids is not None:
        entries = entries.filter(area_id__in=question.area_ids)
    return entries.order_by("-seq")
