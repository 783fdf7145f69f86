"""Acts on plan items: create, edit, move, link, complete, cancel, take back. Each leaves its ledger lines.

What is reported week by week is in `reporting`, moving dates in `replanning`, problems and orders in
`orders`, baselines in `baselines`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import PlanKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.drafts import (
    EDITABLE,
    PlanDraft,
    check_offices,
    check_place,
    find_kind,
    put,
)
from zhenshu.registers.plans.errors import (
    PlanInvalidError,
    PlanNotAllowedError,
    PlanNotFoundError,
    PlanStateError,
)
from zhenshu.registers.plans.facts import version_facts
from zhenshu.registers.plans.models import PlanItem, PlanVersion, State
from zhenshu.registers.plans.progress import FULL
from zhenshu.registers.plans.replanning import check_links
from zhenshu.registers.plans.saving import Ties, Work, hold, lock, ties_of
from zhenshu.registers.plans.visibility import find_item, may_create, visible_items

ENDED = (State.DONE, State.CANCELLED)


@transaction.atomic
def create_item(draft: PlanDraft, *, by: Scope, at: datetime | None = None, note: str = "") -> PlanItem:
    """Return a new open item; raise PlanInvalidError with one sentence per field that is wrong."""
    kind = find_kind(draft.kind)
    parent = _find_parent(draft.parent, by)
    item = new_item(draft, kind, parent)
    if not may_create(by, area_path=item.area.path, parent=parent):
        raise PlanNotAllowedError
    work = Work(by, at or timezone.now())
    work.add(item, Ties(check_offices(draft.assisting)), "plan.created")
    if draft.predecessors:
        _tie(work, item, predecessors=_checked_links(item, draft.predecessors, by))
    work.store(note=note)
    return item


def new_item(draft: PlanDraft, kind: PlanKind, parent: PlanItem | None) -> PlanItem:
    """Return an item as its draft says, checked and not yet stored."""
    item = PlanItem(kind=kind.full_code, level=kind.level, parent=parent)
    put(item, {one.name: getattr(draft, one.name) for one in fields(draft)}, kind, complete=True)
    check_place(item, parent)
    item.root_id = parent.root_id if parent else None
    item.position = draft.position or _last_position(parent) + 1
    return item


def _find_parent(parent_id: int | None, by: Scope) -> PlanItem | None:
    if parent_id is None:
        return None
    try:
        return find_item(parent_id, by)
    except PlanNotFoundError as error:
        raise PlanInvalidError({"parent": str(error)}) from error


def _last_position(parent: PlanItem | None) -> int:
    last = PlanItem.objects.filter(parent=parent).aggregate(last=Max("position"))["last"]
    return last or 0


@transaction.atomic
def edit_item(
    item: PlanItem, said: Mapping[str, Any], *, version: int, by: Scope, at: datetime | None = None,
    note: str = "",
) -> PlanItem:  # fmt: skip
    """Return the item with what *said* says, by the names of `PlanDraft`."""
    unknown = sorted(said.keys() - EDITABLE)
    if unknown:
        raise PlanInvalidError({name: _("This can't be changed here.") for name in unknown})
    item = hold(item.pk, version=version, by=by, right="edit")
    work = Work(by, at or timezone.now())
    work.touch([item], "plan.edited")
    area = item.area_id
    put(item, said, find_kind(item.kind), complete=False)
    if item.area_id != area and not may_create(by, area_path=item.area.path, parent=item.parent):
        raise PlanNotAllowedError
    if "assisting" in said:
        _tie(work, item, assisting=check_offices(said["assisting"]))
    if "predecessors" in said:
        _tie(work, item, predecessors=_checked_links(item, said["predecessors"], by))
    work.store(note=note)
    return item


def _tie(work: Work, item: PlanItem, **changes: Any) -> None:
    known = ties_of([item.pk])[item.pk]
    work.tie(item, Ties(**{"assisting": known.assisting, "predecessors": known.predecessors, **changes}))


def _checked_links(
    item: PlanItem, links: Iterable[tuple[int, int]], by: Scope
) -> tuple[tuple[int, int], ...]:
    wanted = dict(links)
    if visible_items(by).filter(pk__in=wanted).count() != len(wanted) or item.pk in wanted:
        raise PlanInvalidError({"predecessors": _("Choose other items of the plan that you may see.")})
    pairs = tuple(wanted.items())
    check_links(item, pairs)
    return pairs


@transaction.atomic
def move_item(
    item: PlanItem,
    parent: PlanItem | None,
    *,
    version: int,
    by: Scope,
    position: int | None = None,
    at: datetime | None = None,
) -> PlanItem:
    """Return the item with all its parts under another parent, or at another place among its siblings."""
    item = hold(item.pk, version=version, by=by, right="edit")
    above = _find_parent(parent.pk if parent else None, by)
    parts = list(_below(item))
    check_place(item, above, height=_height(item, parts))
    if not may_create(by, area_path=item.area.path, parent=above):
        raise PlanNotAllowedError
    work = Work(by, at or timezone.now())
    work.touch([item, *parts], "plan.moved")
    item.parent = above
    for one in (item, *parts):
        one.root_id = above.root_id if above else item.pk
    item.position = position if position is not None else _last_position(above) + 1
    work.store()
    return item


def _below(item: PlanItem) -> Iterable[PlanItem]:
    """Yield the parts of an item and their parts, locked."""
    rows = PlanItem.objects.select_for_update(of=("self",)).filter(root_id=item.root_id)
    children: dict[int | None, list[PlanItem]] = {}
    for row in rows.select_related("area").order_by("pk"):
        children.setdefault(row.parent_id, []).append(row)
    waiting = list(children.get(item.pk, ()))
    while waiting:
        one = waiting.pop()
        yield one
        waiting += children.get(one.pk, ())


def _height(item: PlanItem, parts: Iterable[PlanItem]) -> int:
    """Return how many storeys an item has with its parts, which come each after what holds it."""
    depths = {item.pk: 1}
    for part in parts:
        depths[part.pk] = depths[part.parent_id or item.pk] + 1
    return max(depths.values())


@transaction.atomic
def complete_item(
    item: PlanItem, *, on: date, version: int, by: Scope, note: str = "", at: datetime | None = None
) -> PlanItem:
    """Return the item, done on a day. An item with open parts is not done."""
    item = hold(item.pk, version=version, by=by, right="complete")
    moment = at or timezone.now()
    if on > timezone.localdate(moment):
        raise PlanInvalidError({"on": _("This day is still to come.")})
    waiting = PlanItem.objects.filter(parent=item, state=State.OPEN).first()
    if waiting is not None:
        raise PlanStateError(_("%(title)s is still open.") % {"title": waiting.title})
    work = Work(by, moment)
    work.touch([item], "plan.completed")
    item.state, item.done_on, item.entered = State.DONE, on, FULL
    work.store(note=note)
    return lock(item.pk)


@transaction.atomic
def cancel_item(
    item: PlanItem, *, reason: str, version: int, by: Scope, at: datetime | None = None
) -> PlanItem:
    """Return the item, cancelled with its open parts; it counts no longer, and its reason stays."""
    if not reason.strip():
        raise PlanInvalidError({"reason": _("Say why.")})
    item = hold(item.pk, version=version, by=by, right="cancel")
    work = Work(by, at or timezone.now())
    parts = [part for part in _below(item) if part.state == State.OPEN]
    work.touch([item, *parts], "plan.cancelled")
    for one in (item, *parts):
        one.state = State.CANCELLED
    work.store(note=reason)
    return item


@transaction.atomic
def restore_item(
    item: PlanItem, *, version: int, by: Scope, to: int | None = None, at: datetime | None = None
) -> PlanItem:
    """Return the item as it was before the last change, or as it stood in version *to*.

    Its place in the tree stays, if that place is gone meanwhile.
    """
    item = hold(item.pk, version=version, by=by, right="restore", states=State.values)
    earlier = _version_to_restore(item, to)
    work = Work(by, at or timezone.now())
    work.touch([item], "plan.restored")
    for name, value in version_facts(earlier).items():
        if name not in ("parent_id", "position", "progress"):
            setattr(item, name, value)
    if item.state == State.OPEN and item.parent is not None and item.parent.state != State.OPEN:
        raise PlanStateError(_("Take back %(title)s first, which has ended.") % {"title": item.parent.title})
    links = tuple((one, lag) for one, lag in earlier.predecessors)
    check_links(item, links)
    work.tie(item, Ties(tuple(earlier.assisting), links))
    work.store()
    return lock(item.pk)


def _version_to_restore(item: PlanItem, to: int | None) -> PlanVersion:
    """Return the latest row of the version asked for; progress that climbed up is no change of its own."""
    number = item.version - 1 if to is None else to
    found = item.versions.filter(version=number).order_by("-since", "-pk").first()
    if found is None or number == item.version:
        raise PlanStateError(_("There is nothing to take back."))
    return found
