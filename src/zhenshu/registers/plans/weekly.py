"""Acts on many items at once: the weekly round (周调度), and sharing items out (任务分解).

Each is stored whole or not at all, and leaves one line in the ledger for each item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.drafts import check_place
from zhenshu.registers.plans.errors import PlanInvalidError, PlanNotFoundError, PlanStateError
from zhenshu.registers.plans.models import PlanItem, ProgressEntry, State
from zhenshu.registers.plans.progress import FULL
from zhenshu.registers.plans.reporting import Report, entry_of
from zhenshu.registers.plans.saving import Work
from zhenshu.registers.plans.visibility import require, visible_items


@dataclass(frozen=True, slots=True)
class Reported:
    """What was said of one item; *done_on* when it was done (销号)."""

    item: int
    report: Report | None = None
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Under which item another belongs, and who answers for it."""

    item: int
    parent: PlanItem
    lead_office: int | None = None
    owner: int | None = None
    leader: int | None = None


@transaction.atomic
def report_round(round_: Sequence[Reported], *, by: Scope, at: datetime | None = None) -> list[ProgressEntry]:
    """Return the entries of the week; items that were done are completed, parts before what holds them.

    Who takes it down needs the right to report (to complete) each item. Unlike `report_progress` nobody
    holds a version: the round tells how far things are and overwrites no one's edit.
    """
    moment = at or timezone.now()
    said = {one.item: one for one in round_}
    items = _hold(said.keys(), by, "report")
    open_parts = PlanItem.objects.filter(parent__in=items)
    with_parts = set(open_parts.exclude(state=State.CANCELLED).values_list("parent_id", flat=True))
    done = [item for item in items if said[item.pk].done_on is not None]
    _refuse_unfinished(done, said, by, moment)
    work = Work(by, moment)
    work.touch(done, "plan.completed")
    work.touch(items, "plan.reported")
    entries = [
        _tell(item, report, by, moment, with_parts=item.pk in with_parts)
        for item in items
        if (report := said[item.pk].report) is not None
    ]
    for item in done:
        item.state, item.done_on, item.entered = State.DONE, said[item.pk].done_on, FULL
    ProgressEntry.objects.bulk_create(entries)
    work.store()
    return entries


def _tell(item: PlanItem, report: Report, by: Scope, at: datetime, *, with_parts: bool) -> ProgressEntry:
    entry = entry_of(item, report, by, at, with_parts=with_parts)
    if entry.percent is not None:
        item.entered = entry.percent
    item.note, item.difficulties = entry.line, entry.difficulties
    return entry


def _refuse_unfinished(
    done: Sequence[PlanItem], said: Mapping[int, Reported], by: Scope, at: datetime
) -> None:
    """Refuse a day still to come, and an item with a part that is open and not done in this round."""
    names = {item.pk: item for item in done}
    for item in done:
        require("complete", item, by)
        day = said[item.pk].done_on
        if day is not None and day > timezone.localdate(at):
            raise PlanInvalidError({"on": _("This day is still to come.")})
    waiting = PlanItem.objects.filter(parent__in=names, state=State.OPEN).exclude(pk__in=names).first()
    if waiting is not None:
        raise PlanStateError(_("%(title)s is still open.") % {"title": waiting.title})


def _hold(ids: Iterable[int], by: Scope, right: str) -> list[PlanItem]:
    """Return the open items locked, in one order, if *by* may do *right* with all of them."""
    wanted = set(ids)
    seen = set(visible_items(by).filter(pk__in=wanted).order_by().values_list("pk", flat=True))
    missing = wanted - seen
    if missing:
        raise PlanNotFoundError(min(missing))
    held = PlanItem.objects.select_for_update(of=("self",)).select_related("area", "parent")
    items = list(held.filter(pk__in=wanted).order_by("pk"))
    for item in items:
        require(right, item, by)
        if item.state != State.OPEN:
            words = {"title": item.title, "state": State(item.state).label}
            raise PlanStateError(_("%(title)s can't be changed like this: it is %(state)s.") % words)
    return items


@transaction.atomic
def share_out(shares: Sequence[Share], *, by: Scope, at: datetime | None = None) -> list[PlanItem]:
    """Return items put under their parents, each with who leads it, does it and answers for it."""
    wanted = {share.item: share for share in shares}
    items = _hold(wanted.keys(), by, "edit")
    if PlanItem.objects.filter(parent__in=items).exists():
        raise PlanStateError(_("Items with parts of their own are moved one by one."))
    positions = _last_positions({share.parent.pk for share in shares})
    work = Work(by, at or timezone.now())
    work.touch(items, "plan.shared_out")
    for item in items:
        share = wanted[item.pk]
        check_place(item, share.parent)
        positions[share.parent.pk] += 1
        item.parent, item.root_id = share.parent, share.parent.root_id or share.parent.pk
        item.position = positions[share.parent.pk]
        item.lead_office_id, item.owner_id, item.leader_id = share.lead_office, share.owner, share.leader
    work.store()
    return items


def _last_positions(parents: Iterable[int]) -> dict[int, int]:
    """Return the last position under each parent, 0 under one without parts."""
    found = PlanItem.objects.filter(parent_id__in=parents).values_list("parent_id")
    last = dict(found.annotate(last=Max("position")))
    return {parent: last.get(parent) or 0 for parent in parents}
