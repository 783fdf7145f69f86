"""Baselines: the dates of a plan as they were agreed, kept to be held against those of later days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.errors import PlanInvalidError, PlanNotAllowedError
from zhenshu.registers.plans.models import Baseline, PlanItem, State
from zhenshu.registers.plans.schedule import Dates
from zhenshu.registers.plans.visibility import RIGHTS, find_item, require, visible_items


@transaction.atomic
def set_baseline(
    name: str, *, by: Scope, root: PlanItem | None = None, at: datetime | None = None
) -> Baseline:
    """Return a new baseline of one tree, or of all items the person sees in the areas of the posts."""
    moment = at or timezone.now()
    if not name.strip() or len(name) > 80:
        raise PlanInvalidError({"name": _("Give the baseline a name of up to 80 characters.")})
    items, area = _covered(by, root)
    made = Baseline(name=name.strip(), on=timezone.localdate(moment), root=root, area=area, made_at=moment)
    made.by_name = by.actor.name
    made.snapshot = {str(item.pk): _snap(item) for item in items}
    made.save()
    after = {"name": made.name, "on": made.on, "items": len(made.snapshot)}
    record(by.actor, "plan.baseline_set", made, area_id=area.pk, before=None, after=after, at=moment)
    return made


def _covered(by: Scope, root: PlanItem | None) -> tuple[QuerySet[PlanItem], Area]:
    live = visible_items(by).exclude(state=State.CANCELLED)
    if root is not None:
        found = find_item(root.pk, by)
        require("baseline", found, by)
        return live.filter(root_id=found.root_id), found.area
    posts = [post for post in by.posts if post.role in RIGHTS["baseline"]]
    if not posts:
        raise PlanNotAllowedError
    widest = min(posts, key=lambda post: len(post.area_path))
    return live, Area.objects.get(pk=widest.area_id)


def _snap(item: PlanItem) -> dict[str, Any]:
    return {
        "title": item.title,
        "start": item.start.isoformat() if item.start else None,
        "due": item.due.isoformat() if item.due else None,
        "progress": str(item.progress),
    }


def visible_baselines(scope: Scope) -> QuerySet[Baseline]:
    """Return the baselines that hold something *scope* may see, the newest first."""
    trees = visible_items(scope).order_by().values("root_id")
    return Baseline.objects.filter(root__isnull=True) | Baseline.objects.filter(root_id__in=trees)


def dates_in(baseline: Baseline) -> dict[int, Dates]:
    """Return the dates each item had, by its number."""
    return {
        int(number): Dates(_day(held["start"]), _day(held["due"]))
        for number, held in baseline.snapshot.items()
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
