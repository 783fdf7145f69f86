"""What comes out of a record: a case, or an item of the plan, linked both ways and stored together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.registry import library
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.acts import hold_record
from zhenshu.registers.blocks.errors import RecordStateError
from zhenshu.registers.blocks.kinds import raises_of, record_kind
from zhenshu.registers.blocks.models import Raised, Record
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.loop import open_case
from zhenshu.registers.cases.models import Case
from zhenshu.registers.plans.acts import create_item
from zhenshu.registers.plans.drafts import PlanDraft
from zhenshu.registers.plans.models import PlanItem


@transaction.atomic
def raise_case(
    kept: Record, kind: str, title: str, *, by: Scope, item: str = "", description: str = "",
    office: int | None = None, category: str = "", fields: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Case:  # fmt: skip
    """Return the case that a problem found in *kept* became.

    *item* names the item of a sheet or decision of a meeting; each becomes a case once. The case is about
    the subject of the record where its kind takes such a subject. Refuses as `open_case` does.
    """
    kept = hold_record(kept.pk, version=None, by=by, right="keep")
    if kind not in raises_of(record_kind(kept.kind)) and not item:
        raise RecordStateError(_("Records of this kind do not lead to such a matter."))
    _refuse_second(kept, item)
    draft = Draft(
        kind, title, kept.area_id, description=description, category=category, office=office,
        subject=_subject_for(kind, kept), fields=fields or {}, reported_at=at,
    )  # fmt: skip
    case = open_case(draft, by=by, at=at)
    Raised.objects.create(record=kept, item=item, case=case)
    _note(kept, "record.raised", case.number, by=by, at=at)
    return case


def _subject_for(kind: str, kept: Record) -> int | None:
    declared = library().case_kind(kind)
    wanted = library().subjects_of(declared)
    fits = kept.subject is not None and wanted is not None and kept.subject.kind == wanted.full_code
    return kept.subject_id if fits else None


def _refuse_second(kept: Record, item: str) -> None:
    if item and kept.raised.filter(item=item).exists():
        raise RecordStateError(_("This item has become a matter already."))


@transaction.atomic
def raise_plan(
    kept: Record, draft: PlanDraft, *, by: Scope, item: str = "", at: datetime | None = None
) -> PlanItem:
    """Return the item of the plan that a decision in *kept* became; each decision becomes one once."""
    kept = hold_record(kept.pk, version=None, by=by, right="keep")
    _refuse_second(kept, item)
    made = create_item(replace(draft, area=draft.area or kept.area_id), by=by, at=at)
    Raised.objects.create(record=kept, item=item, plan_item=made)
    _note(kept, "record.raised", made.title, by=by, at=at)
    return made


def _note(kept: Record, action: str, words: str, *, by: Scope, at: datetime | None) -> None:
    """Leave a line that changes no fact of the record."""
    record(by.actor, action, kept, area_id=kept.area_id, before=None, after=None, note=words, at=at)
