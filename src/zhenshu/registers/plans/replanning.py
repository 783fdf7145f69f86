"""Move dates by a drag, forwards or backwards (倒排): what would move is shown before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.clocks import work_calendar
from zhenshu.registers.plans.errors import PlanChangedError, PlanInvalidError
from zhenshu.registers.plans.models import Dependency, PlanItem, State
from zhenshu.registers.plans.saving import Work, hold
from zhenshu.registers.plans.schedule import (
    Breach,
    CircleError,
    Dates,
    Item,
    ItemKind,
    Link,
    Move,
    PlanError,
    Schedule,
    schedule_backward,
    schedule_forward,
)
from zhenshu.registers.plans.visibility import find_item, require

FORWARD, BACKWARD = "forward", "backward"


@dataclass(frozen=True, slots=True)
class Replan:
    """What a re-planning would move, what it breaks, and the titles and versions of the items in it."""

    moves: tuple[Move, ...]
    breaches: tuple[Breach, ...]
    titles: Mapping[int, str]
    versions: Mapping[int, int]


def show_drag(item_id: int, dates: Dates, *, by: Scope) -> Replan:
    """Return what moves when one item is put on other days: itself, what waits for it, its parents."""
    item = find_item(item_id, by)
    require("replan", item, by)
    if dates.start and dates.due and dates.start > dates.due:
        raise PlanInvalidError({"due": _("An item is due no earlier than it starts.")})
    rows = _component(item)
    items = [_scheduled(row, links) for row, links in rows]
    asked = [_put_on(one, dates) if one.id == item.pk else one for one in items]
    before, after = _forward(items), _forward(asked)
    held = {one.id: Dates(one.start, one.due) for one in items}
    moves = []
    for number, new in after.dates.items():
        kept = _ends_that_moved(held[number], before.dates.get(number), new)
        moves.append(
            Move(number, held[number], dates if number == item.pk and _is_leaf(item.pk, items) else kept)
        )
    return _answer(rows, [move for move in moves if move.before != move.after], after.breaches)


def _ends_that_moved(held: Dates, before: Dates | None, after: Dates) -> Dates:
    """Return the dates an item holds with the ends that a drag moves; what it doesn't move stays as it is."""
    if before is None:
        return after
    start = held.start if held.start and before.start == after.start else after.start
    due = held.due if held.due and before.due == after.due else after.due
    if before == after:
        return held
    return after if start and due and start > due else Dates(start, due)


def show_replan(root_id: int, *, direction: str, by: Scope) -> Replan:
    """Return what moves when the whole plan around an item is laid out anew, forwards or backwards."""
    item = find_item(root_id, by)
    require("replan", item, by)
    rows = _component(item)
    items = [_scheduled(row, links) for row, links in rows]
    run = schedule_backward if direction == BACKWARD else schedule_forward
    laid = _said(lambda: run(items, work_calendar()))
    return _answer(rows, laid.moves, laid.breaches)


@transaction.atomic
def apply_drag(item_id: int, dates: Dates, *, version: int, by: Scope, at: datetime | None = None) -> Replan:
    """Save what `show_drag` shows; refused when somebody changed the item meanwhile."""
    hold(item_id, version=version, by=by, right="replan")
    shown = show_drag(item_id, dates, by=by)
    save_moves(shown, by=by, at=at)
    return shown


@transaction.atomic
def save_moves(replan: Replan, *, by: Scope, at: datetime | None = None) -> list[PlanItem]:
    """Save the moves a person has looked at; refused when one of the items changed meanwhile."""
    ids = [move.item for move in replan.moves]
    rows = PlanItem.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    items = {row.pk: row for row in rows.select_related("area", "parent")}
    for pk, item in items.items():
        if item.version != replan.versions[pk]:
            raise PlanChangedError(item.title, item.version)
    work = Work(by, at or timezone.now())
    work.touch(items.values(), "plan.replanned")
    for move in replan.moves:
        items[move.item].start, items[move.item].due = move.after.start, move.after.due
    work.store()
    return list(items.values())


def check_links(item: PlanItem, links: Sequence[tuple[int, int]]) -> None:
    """Refuse links of *item* that would close a circle."""
    rows = _component(item, more=[one for one, _lag in links])
    items = [
        replace(one, predecessors=tuple(Link(*pair) for pair in links)) if one.id == item.pk else one
        for one in (_scheduled(row, known) for row, known in rows)
    ]
    _forward(items)


def _forward(items: Iterable[Item]) -> Schedule:
    return _said(lambda: schedule_forward(items, work_calendar()))


def _said(run: Callable[[], Schedule]) -> Schedule:
    """Return the schedule; a plan that can't be laid out is refused in words."""
    try:
        return run()
    except CircleError as error:
        sentence = _("These items would wait for one another in a circle: %(way)s.")
        raise PlanInvalidError({"predecessors": sentence % {"way": error.way}}) from error
    except PlanError as error:
        raise PlanInvalidError({"due": str(error)}) from error


# ── from rows to the items of the schedule ────────────────────────────────────────────────────────────

Rows = list[tuple[PlanItem, tuple[Link, ...]]]


def _component(item: PlanItem, more: Iterable[int] = ()) -> Rows:
    """Return the live items that hang together with *item* by parts or links, with what each waits for."""
    live = {row.pk: row for row in PlanItem.objects.exclude(state=State.CANCELLED)}
    live.setdefault(item.pk, item)
    links: dict[int, list[Link]] = {}
    pairs = Dependency.objects.values_list("item_id", "predecessor_id", "lag")
    for number, predecessor, lag in pairs:
        if number in live and predecessor in live:
            links.setdefault(number, []).append(Link(predecessor, lag))
    wanted = _reached({item.pk, *more}, live, links)
    return [(live[pk], tuple(links.get(pk, ()))) for pk in sorted(wanted)]


def _reached(
    start: Collection[int], live: Mapping[int, PlanItem], links: Mapping[int, Sequence[Link]]
) -> set[int]:
    near: dict[int, set[int]] = {pk: set() for pk in live}
    for pk, row in live.items():
        others = [link.predecessor for link in links.get(pk, ())]
        others += [row.parent_id] if row.parent_id is not None and row.parent_id in live else []
        for other in others:
            near[pk].add(other)
            near[other].add(pk)
    found, waiting = set(start), list(start)
    while waiting:
        fresh = near[waiting.pop()] - found
        found |= fresh
        waiting += fresh
    return found


def _scheduled(row: PlanItem, links: tuple[Link, ...]) -> Item:
    return Item(
        id=row.pk,
        name=row.title,
        kind=ItemKind(row.level),
        parent=row.parent_id,
        start=row.start,
        due=row.due,
        promised=row.promised,
        duration=row.duration,
        predecessors=links,
        fixed=row.fixed or row.state == State.DONE,
    )


def _put_on(item: Item, dates: Dates) -> Item:
    """Return the item wished on other days; how long it takes follows from them."""
    return replace(item, start=dates.start, due=dates.due, duration=None, fixed=False)


def _is_leaf(number: int, items: Iterable[Item]) -> bool:
    return all(one.parent != number for one in items)


def _answer(rows: Rows, moves: Iterable[Move], breaches: tuple[Breach, ...]) -> Replan:
    return Replan(
        moves=tuple(moves),
        breaches=breaches,
        titles={row.pk: row.title for row, _links in rows},
        versions={row.pk: row.version for row, _links in rows},
    )
