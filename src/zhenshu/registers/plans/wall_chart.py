"""挂图作战: one row per task or project with its nodes, leader, offices, lamp and what stands in the way.

The rows are plain data; a page, an A3 sheet and a document all draw the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhenshu.ground.packs.registry import UnknownKindError, library
from zhenshu.ground.people.models import Office
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.clocks import work_calendar
from zhenshu.registers.plans.lights import standing_of
from zhenshu.registers.plans.models import Assistance, Level, PlanItem, ProgressEntry, State
from zhenshu.registers.plans.progress import Standing
from zhenshu.registers.plans.queries import PlanQuestion, find_items, tree_order
from zhenshu.registers.plans.visibility import visible_items

CHARTED = (Level.TASK, Level.PROJECT)


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a row: its name, its day, and where it stands."""

    id: int
    title: str
    due: date | None
    done_on: date | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One row of the chart: planned, actual and the gap between them, with the words of the week."""

    number: int
    item: PlanItem
    category: str
    nodes: tuple[Node, ...]
    assisting: tuple[str, ...]
    standing: Standing
    latest: ProgressEntry | None

    @property
    def planned(self) -> Decimal | None:
        """Progress by the calendar."""
        return self.standing.expected

    @property
    def gap(self) -> Decimal | None:
        """Actual minus planned; negative when behind."""
        return None if self.standing.expected is None else -self.standing.gap


def chart_rows(question: PlanQuestion, scope: Scope, today: date) -> list[ChartRow]:
    """Return the rows of the wall chart: the tasks and projects that fit, with their milestones as nodes.

    A task that consists of projects is told by them and has no row of its own. What is open comes first.
    """
    found = tree_order(find_items(question, scope))
    items = [item for item in found if question.level or item.level in CHARTED]
    told = set() if question.level else _told_by_parts(items)
    shown = sorted((item for item in items if item.pk not in told), key=lambda item: item.state != State.OPEN)
    ids = [item.pk for item in shown]
    nodes, latest, assisting = _nodes(ids, scope, today), _latest(ids), _assisting(ids)
    calendar = work_calendar()
    return [
        ChartRow(
            number=number,
            item=item,
            category=category_name(item),
            nodes=tuple(nodes.get(item.pk, ())),
            assisting=tuple(assisting.get(item.pk, ())),
            standing=standing_of(item, today, calendar),
            latest=latest.get(item.pk),
        )
        for number, item in enumerate(shown, start=1)
    ]


def _told_by_parts(items: Sequence[PlanItem]) -> set[int]:
    return {item.parent_id for item in items if item.parent_id is not None}


def _nodes(ids: Sequence[int], scope: Scope, today: date) -> dict[int, list[Node]]:
    rows = visible_items(scope).filter(parent_id__in=ids, level=Level.MILESTONE)
    found: dict[int, list[Node]] = {}
    calendar = work_calendar()
    for row in rows.exclude(state=State.CANCELLED).order_by("due", "position", "pk"):
        node = Node(row.pk, row.title, row.due, row.done_on, standing_of(row, today, calendar))
        found.setdefault(row.parent_id or 0, []).append(node)
    return found


def _latest(ids: Sequence[int]) -> dict[int, ProgressEntry]:
    entries = ProgressEntry.objects.filter(item_id__in=ids).order_by("at", "pk")
    return {entry.item_id: entry for entry in entries}


def _assisting(ids: Sequence[int]) -> dict[int, list[str]]:
    rows = Assistance.objects.filter(item_id__in=ids).order_by("pk").select_related("office")
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.item_id, []).append(short_name(row.office))
    return found


def short_name(office: Office | None) -> str:
    """Return how an office is called on a chart."""
    return (office.short_name or office.name) if office else ""


def category_name(item: PlanItem) -> str:
    """Return the Chinese name of an item's category; its code where no pack knows it any more."""
    return categories_of(item.kind).get(item.category, item.category)


def categories_of(kind: str) -> Mapping[str, str]:
    """Return the categories that the pack of *kind* declares."""
    try:
        return library().plan_kind(kind).categories
    except UnknownKindError:
        return {}


def all_categories() -> dict[str, str]:
    """Return every category of every plan kind, by code."""
    kinds: Iterable[Mapping[str, str]] = (kind.categories for kind in library().plan_kinds.values())
    return {code: name for categories in kinds for code, name in categories.items()}
