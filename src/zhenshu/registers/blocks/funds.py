"""Funds: money kept apart, what came in, what went out for what, and what is left; never below nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import FundKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.acts import (
    RecordDraft,
    correct_record,
    hold_record,
    keep_record,
    withdraw_record,
)
from zhenshu.registers.blocks.errors import RecordStateError
from zhenshu.registers.blocks.kinds import record_kind
from zhenshu.registers.blocks.models import Record, State

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Balance:
    """What came in, what went out, what is left; for a debt *left* is what is still owed."""

    incoming: Decimal
    outgoing: Decimal
    by_use: Mapping[str, Decimal]

    @property
    def left(self) -> Decimal:
        return self.incoming - self.outgoing


def balance(kind: FundKind, subject_id: int | None = None, *, until: date | None = None) -> Balance:
    """Return how a fund stands: of one dossier where it is kept per dossier, else of all."""
    records = Record.objects.filter(kind=kind.full_code).exclude(state=State.WITHDRAWN)
    if subject_id is not None:
        records = records.filter(subject_id=subject_id)
    if until is not None:
        records = records.filter(day__lte=until)
    rows = records.order_by().values_list("fields__use").annotate(total=Sum("amount"))
    by_use = {str(use): total or ZERO for use, total in rows}
    came = sum((total for use, total in by_use.items() if use in kind.incoming), ZERO)
    went = sum((total for use, total in by_use.items() if use in kind.outgoing), ZERO)
    return Balance(came, went, by_use)


def one_after_another(kind: FundKind, subject_id: int | None) -> None:
    """Let two movements of one fund queue, so that both see the same balance.

    SQLite's writing transactions queue anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            name = f"fund:{kind.full_code}:{subject_id or 0}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


@transaction.atomic
def move_money(kind: FundKind, draft: RecordDraft, *, by: Scope, note: str = "") -> Record:
    """Return the movement; refused when it would leave less than nothing, unless the line is a debt."""
    one_after_another(kind, draft.subject)
    made = keep_record(draft, by=by, note=note)
    _refuse_overdrawn(kind, made.subject_id)
    return made


def _refuse_overdrawn(kind: FundKind, subject_id: int | None) -> None:
    left = balance(kind, subject_id).left
    if kind.line != "debt" and left < 0:
        raise RecordStateError(_("There are %(short)s 元 too few for this.") % {"short": f"{-left:f}"})


@transaction.atomic
def take_back(kept: Record, *, version: int, reason: str, by: Scope) -> Record:
    """Return a movement withdrawn, if what is left without it still covers everything paid out."""
    kind = record_kind(kept.kind)
    assert isinstance(kind, FundKind)
    one_after_another(kind, kept.subject_id)
    gone = withdraw_record(kept, version=version, reason=reason, by=by)
    _refuse_overdrawn(kind, gone.subject_id)
    return gone


@transaction.atomic
def correct_movement(
    kept: Record, raw: Mapping[str, Any], *, version: int, by: Scope, note: str = ""
) -> Record:
    """Return a movement with its fields corrected, under the same rule."""
    kept = hold_record(kept.pk, version=version, by=by, right="correct")
    kind = record_kind(kept.kind)
    assert isinstance(kind, FundKind)
    one_after_another(kind, kept.subject_id)
    done = correct_record(kept, raw, version=version, by=by, note=note)
    _refuse_overdrawn(kind, done.subject_id)
    return done
