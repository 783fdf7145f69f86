"""Bring in items that were planned and carried out before, with the stages they reached, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.acts import new_item
from zhenshu.registers.plans.drafts import PlanDraft, check_offices
from zhenshu.registers.plans.drafts import find_kind as find_plan_kind
from zhenshu.registers.plans.errors import PlanInvalidError, PlanNotAllowedError
from zhenshu.registers.plans.models import PlanItem, ProgressEntry, State
from zhenshu.registers.plans.progress import FULL
from zhenshu.registers.plans.reporting import Report, entry_of
from zhenshu.registers.plans.saving import Ties, Work
from zhenshu.registers.plans.visibility import may_create


@dataclass(frozen=True, slots=True)
class PastItem:
    """An item as it went: the stages of its life by the day each was reached, the last that was reported of
    it (percent from 0 to 100), and the day it was done."""

    draft: PlanDraft
    life: Mapping[str, date] = field(default_factory=dict)
    report: Report | None = None
    done_on: date | None = None


@transaction.atomic
def import_items(pasts: Iterable[PastItem], *, by: Scope, at: datetime | None = None) -> list[PlanItem]:
    """Store past items of the top storey with their stages, one ledger line each; all of them or none.

    Raises PlanInvalidError for what `create_item` would refuse and for days still to come or out of order.
    """
    work = Work(by, at or timezone.now())
    items, entries = [], []
    for past in pasts:
        item = _lived(past, by, work)
        items.append(item)
        if past.report is not None:
            entry = entry_of(item, past.report, by, work.at, with_parts=False)
            item.entered = FULL if past.done_on else (entry.percent or Decimal(0))
            item.note, item.difficulties = entry.line, entry.difficulties
            entries.append(entry)
    ProgressEntry.objects.bulk_create(entries)
    work.store()
    return items


def _lived(past: PastItem, by: Scope, work: Work) -> PlanItem:
    item = new_item(past.draft, find_plan_kind(past.draft.kind), None)
    if not may_create(by, area_path=item.area.path, parent=None):
        raise PlanNotAllowedError
    _check_days(past, work.today)
    known = find_plan_kind(past.draft.kind).life
    item.life = {stage: past.life[stage].isoformat() for stage in known if stage in past.life}
    item.stage = list(item.life)[-1] if item.life else ""
    if past.done_on is not None:
        item.state, item.done_on, item.entered = State.DONE, past.done_on, FULL
    work.add(item, Ties(check_offices(past.draft.assisting)), "plan.created")
    return item


def _check_days(past: PastItem, today: date) -> None:
    """Refuse a stage nobody knows, days that run backwards, and days still to come."""
    known = find_plan_kind(past.draft.kind).life
    unknown = sorted(past.life.keys() - known.keys())
    days = [past.life[stage] for stage in known if stage in past.life]
    if unknown:
        words = {"known": "、".join(known.values()) or _("none")}
        raise PlanInvalidError({"stage": _("Choose one of: %(known)s.") % words})
    if days != sorted(days):
        raise PlanInvalidError({"on": _("The dates of the stages must follow one another, up to now.")})
    if any(day > today for day in (*days, past.done_on or today)):
        raise PlanInvalidError({"on": _("This day is still to come.")})
