"""One act on plan items: hold them, remember how they were, store all rows, versions and ledger lines.

Progress climbs to the parents and lamps are set here, so that no act can forget them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import Change, record_many, subject_kind_of
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.errors import PlanChangedError, PlanStateError
from zhenshu.registers.plans.facts import plan_facts, version_values
from zhenshu.registers.plans.lights import light
from zhenshu.registers.plans.models import Assistance, Dependency, PlanItem, PlanVersion, State
from zhenshu.registers.plans.progress import Part, progress_of
from zhenshu.registers.plans.visibility import find_item, require

ROLLED_UP = "plan.rolled_up"
EDITABLE = (State.OPEN,)


def hold(item_id: int, *, version: int, by: Scope, right: str, states: Iterable[str] = EDITABLE) -> PlanItem:
    """Return the item locked for an act, if *by* may and it still is what the person saw."""
    require(right, find_item(item_id, by), by)
    item = lock(item_id)
    if item.version != version:
        raise PlanChangedError(item.title, item.version)
    if item.state not in states:
        words = {"title": item.title, "state": State(item.state).label}
        raise PlanStateError(_("%(title)s can't be changed like this: it is %(state)s.") % words)
    return item


def lock(item_id: int) -> PlanItem:
    """Return the item as it is now, locked until the transaction ends."""
    return PlanItem.objects.select_for_update(of=("self",)).select_related("area", "parent").get(pk=item_id)


@dataclass(frozen=True, slots=True)
class Ties:
    """Whom an item involves and what it waits for."""

    assisting: tuple[int, ...] = ()
    predecessors: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Touched:
    item: PlanItem
    action: str
    before: dict[str, Any] | None
    ties: Ties


@dataclass(slots=True)
class Work:
    """The items one act changes; `store` writes them all at once. Must run in a transaction."""

    by: Scope
    at: datetime
    _touched: dict[int, _Touched] = field(default_factory=dict)
    _roots: set[int] = field(default_factory=set)

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    def touch(self, items: Iterable[PlanItem], action: str) -> None:
        """Remember how *items* are before the act changes them."""
        fresh = [item for item in items if item.pk not in self._touched]
        ties = ties_of([item.pk for item in fresh])
        for item in fresh:
            known = ties[item.pk]
            self._touched[item.pk] = _Touched(item, action, _facts(item, known), known)
            self._roots.add(item.root_id or item.pk)

    def add(self, item: PlanItem, ties: Ties, action: str) -> None:
        """Store a new item; its id is known from here on."""
        item.created_at = item.changed_at = self.at
        light(item, self.today)
        item.save(force_insert=True)
        if item.root_id is None:
            item.root_id = item.pk
        self._touched[item.pk] = _Touched(item, action, None, Ties())
        self.tie(item, ties)

    def tie(self, item: PlanItem, ties: Ties) -> None:
        """Set whom a touched item involves and what it waits for."""
        touched = self._touched[item.pk]
        if set(touched.ties.assisting) != set(ties.assisting):
            item.assistance.all().delete()
            Assistance.objects.bulk_create(Assistance(item=item, office_id=one) for one in ties.assisting)
        if set(touched.ties.predecessors) != set(ties.predecessors):
            item.dependencies.all().delete()
            links = (Dependency(item=item, predecessor_id=one, lag=lag) for one, lag in ties.predecessors)
            Dependency.objects.bulk_create(links)
        touched.ties = ties

    def store(self, *, note: str = "") -> None:
        """Write what changed: rows, versions, ledger; untouched items leave no line."""
        self._roots |= {one.item.root_id or one.item.pk for one in self._touched.values()}
        changed = [one for one in self._touched.values() if self._differs(one)]
        for one in changed:
            one.item.version += one.before is not None
        changed += self._roll_up({one.item.pk for one in changed})
        for one in changed:
            self._save(one)
        self._write_versions(changed)
        if changed:
            record_many(self.by.actor, [self._change(one, note) for one in changed], at=self.at)

    def relit(self, items: Iterable[PlanItem]) -> None:
        """Write touched items whose lamp alone changed; nobody's version grows old by it."""
        changed = [self._touched[item.pk] for item in items]
        for one in changed:
            self._save(one)
        self._write_versions(changed)
        if changed:
            record_many(self.by.actor, [self._change(one, "") for one in changed], at=self.at)

    def _differs(self, one: _Touched) -> bool:
        return one.before is None or _facts(one.item, one.ties) != one.before

    def _save(self, one: _Touched) -> None:
        light(one.item, self.today)
        one.item.changed_at = self.at
        one.item.save()

    def _roll_up(self, changed: set[int]) -> list[_Touched]:
        """Carry progress up every tree that was touched; return the items that changed by that alone.

        What is touched counts as it is in memory: it is stored once, when its progress is known.
        """
        moved = _moved_progress(self._roots, [one.item for one in self._touched.values()])
        missing = PlanItem.objects.select_for_update(of=("self",)).filter(pk__in=moved.keys() - self._touched)
        self.touch(list(missing.select_related("area").order_by("pk")), ROLLED_UP)
        for pk, progress in moved.items():
            self._touched[pk].item.progress = progress
        return [self._touched[pk] for pk in moved if pk not in changed]

    def _write_versions(self, changed: Sequence[_Touched]) -> None:
        ids = [one.item.pk for one in changed if one.before is not None]
        PlanVersion.objects.filter(item_id__in=ids, until=None).update(until=self.at)
        PlanVersion.objects.bulk_create(
            PlanVersion(item=one.item, since=self.at, **version_values(_facts(one.item, one.ties)))
            for one in changed
        )

    def _change(self, one: _Touched, note: str) -> Change:
        kind, after = subject_kind_of(one.item), _facts(one.item, one.ties)
        said = "" if one.action == ROLLED_UP else note
        return Change(one.action, kind, one.item.pk, one.item.area_id, one.before, after, said)


def _facts(item: PlanItem, ties: Ties) -> dict[str, Any]:
    return plan_facts(item, assisting=ties.assisting, predecessors=ties.predecessors)


def ties_of(ids: Sequence[int]) -> dict[int, Ties]:
    """Return assisting offices and predecessors of many items, in two queries."""
    assisting: dict[int, list[int]] = defaultdict(list)
    for item_id, office in (
        Assistance.objects.filter(item_id__in=ids).order_by("pk").values_list("item_id", "office_id")
    ):
        assisting[item_id].append(office)
    waits: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = Dependency.objects.filter(item_id__in=ids).order_by("pk")
    for item_id, predecessor, lag in rows.values_list("item_id", "predecessor_id", "lag"):
        waits[item_id].append((predecessor, lag))
    return {pk: Ties(tuple(assisting[pk]), tuple(waits[pk])) for pk in ids}


def _moved_progress(roots: Iterable[int], touched: Iterable[PlanItem]) -> dict[int, Any]:
    """Return the items of some trees whose progress no longer is what the rule says, with what it says.

    Cancelled items are no parts of anything; an item that was completed stays at what it had reached.
    """
    stored = PlanItem.objects.filter(root_id__in=set(roots)).exclude(state=State.CANCELLED)
    rows = {
        pk: (Part(id=pk, parent=above, weight=weight, progress=done), old)
        for pk, above, weight, done, old in stored.order_by("pk").values_list(
            "pk", "parent_id", "weight", "entered", "progress"
        )
    }
    for item in touched:
        part = Part(id=item.pk, parent=item.parent_id, weight=item.weight, progress=item.entered)
        rows[item.pk] = (part, item.progress)
        if item.state == State.CANCELLED:
            del rows[item.pk]
    rule = progress_of(part for part, _old in rows.values())
    return {pk: rule[pk] for pk, (_part, old) in rows.items() if rule[pk] != old}
