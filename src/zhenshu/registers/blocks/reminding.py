"""Contracts remind of themselves: what falls due, is overdue or ends, under the bell of who answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import subject_kind_of
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import ContractKind
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.posts import posts_on
from zhenshu.registers.blocks.contracts import Owing, instalments_of, last_day_of, next_open, owing_among
from zhenshu.registers.blocks.models import Record, State
from zhenshu.registers.cases.models import Notice

KIND = "contract"


def remind_of_contracts(at: datetime | None = None) -> int:
    """Put what is due, overdue or about to end under the bell, each thing once; return how many lines.

    How long before is said by the pack of each kind of contract.
    """
    now = at or timezone.now()
    today, told = timezone.localdate(now), 0
    kinds = [kind for kind in library().kinds.values() if isinstance(kind, ContractKind)]
    for kind in kinds:
        running = Record.objects.filter(kind=kind.full_code).exclude(state=State.WITHDRAWN)
        # A contract that is over and paid reminds of nothing any more.
        alive = running.filter(Q(due__isnull=False) | Q(ended_on__isnull=True) | Q(ended_on__gt=today))
        told += sum(_tell(one, kind, today, now) for one in owing_among(alive, kind, today))
    return told


def _tell(one: Owing, kind: ContractKind, today: date, now: datetime) -> int:
    contract, told = one.contract, 0
    for text in _sentences(one, kind):
        with transaction.atomic():
            about = {"subject_kind": subject_kind_of(contract), "subject_id": contract.pk, "text": text[:200]}
            # The day stands in the sentence: the same one is said once, the next instalment anew.
            knowing = set(Notice.objects.filter(kind=KIND, **about).values_list("user_id", flat=True))
            users = [user for user in _who_answers(contract, today) if user not in knowing]
            Notice.objects.bulk_create(Notice(user_id=user, kind=KIND, at=now, **about) for user in users)
            told += len(users)
    return told


def _sentences(one: Owing, kind: ContractKind) -> Iterator[str]:
    contract = one.contract
    due = next_open(instalments_of(contract, kind))
    words = {"title": contract.title, "due": due, "last_day": last_day_of(contract)}
    if one.arrears:
        yield _("%(title)s: what fell due on %(due)s is not paid.") % words
    elif one.due_soon:
        yield _("%(title)s: a payment falls due on %(due)s.") % words
    if one.ends_soon:
        yield _("%(title)s ends on %(last_day)s.") % words


def _who_answers(contract: Record, today: date) -> list[int]:
    """Return who is told: the person who holds the contract, without one the officers of its office."""
    if contract.holder_id:
        return [contract.holder_id]
    if contract.office_id is None:
        return []
    posts = posts_on(today).filter(office_id=contract.office_id, role=Role.OFFICER)
    return sorted(set(posts.values_list("user_id", flat=True)))
