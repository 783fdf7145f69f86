"""Set the lamps of open items anew when a day has passed; each lamp that changed leaves its line."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.lights import light
from zhenshu.registers.plans.models import PlanItem, State
from zhenshu.registers.plans.saving import Work

CHUNK = 200
ITSELF = Scope(None, "系统", ())


def relight(at: datetime | None = None) -> int:
    """Bring the lamps of open items to the day of *at*; return how many changed."""
    moment = at or timezone.now()
    today = timezone.localdate(moment)
    stale = PlanItem.objects.filter(state=State.OPEN, lit_on__lt=today).order_by("pk")
    ids = list(stale.values_list("pk", flat=True))
    return sum(_relight(ids[first : first + CHUNK], moment, today) for first in range(0, len(ids), CHUNK))


@transaction.atomic
def _relight(ids: list[int], at: datetime, today: date) -> int:
    held = PlanItem.objects.select_for_update(of=("self",)).filter(pk__in=ids, state=State.OPEN)
    items = list(held.select_related("area").order_by("pk"))
    shown = {item.pk: (item.status, item.lamp, item.overdue) for item in items}
    work = Work(ITSELF, at)
    work.touch(items, "plan.relit")
    for item in items:
        light(item, today)
    PlanItem.objects.filter(pk__in=ids).update(lit_on=today)
    changed = [item for item in items if shown[item.pk] != (item.status, item.lamp, item.overdue)]
    work.relit(changed)
    return len(changed)
