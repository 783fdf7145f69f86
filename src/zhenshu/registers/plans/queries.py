"""Questions about the plan, of today and of the past: lists, by office, by leader, calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from zhenshu.ground.people.scope import Scope
from zhenshu.registers.plans.models import (
    Assistance,
    Investment,
    Level,
    PlanItem,
    PlanVersion,
    ProgressEntry,
    State,
)
from zhenshu.registers.plans.progress import Colour
from zhenshu.registers.plans.reporting import monday_of
from zhenshu.registers.plans.visibility import visible_items, visible_versions

ONE_DAY = timedelta(days=1)
NAMED = ("area", "lead_office", "leader", "owner", "parent")
# Asked for as a level: what is worked on, tasks and projects, without goals above and milestones below.
WORK = "work"
WORKED_ON = (Level.TASK, Level.PROJECT)


@dataclass(frozen=True, kw_only=True)
class PlanQuestion:
    """Which items are asked for; what is empty is not asked. *state* "" means all but cancelled ones."""

    text: str = ""
    kind: str = ""
    level: str = ""
    category: str = ""
    state: str = ""
    lamp: str = ""
    stage: str = ""
    office: int | None = None
    leader: int | None = None
    area_path: str = ""
    parent: int | None = None
    due_from: date | None = None
    due_until: date | None = None
    year: int | None = None
    overdue: bool = False


def condition_of(question: PlanQuestion) -> Q:
    """Return a question as a condition that items and their past versions both understand."""
    exact: Mapping[str, Any] = {
        "kind": question.kind,
        "level__in": WORKED_ON if question.level == WORK else [question.level] if question.level else (),
        "category": question.category,
        "lamp": question.lamp,
        "stage": question.stage,
        "leader_id": question.leader,
        "parent_id": question.parent,
        "area__path__startswith": question.area_path,
        "due__gte": question.due_from,
        "due__lte": question.due_until,
        "overdue": question.overdue,
    }
    condition = Q(**{name: value for name, value in exact.items() if value})
    if question.text:
        condition &= Q(title__icontains=question.text) | Q(description__icontains=question.text)
    if question.year:
        condition &= _in_year(question.year)
    return condition & (Q(state=question.state) if question.state else ~Q(state=State.CANCELLED))


def _in_year(year: int) -> Q:
    """Return what a year deals with: begun by its end and not over before it, what is still open included."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    begun = (
        Q(start__lte=last) | Q(start__isnull=True, due__lte=last) | Q(start__isnull=True, due__isnull=True)
    )
    return begun & (Q(due__gte=first) | Q(done_on__gte=first) | Q(state=State.OPEN))


def years_of(scope: Scope) -> list[int]:
    """Return the years in which items fall due that *scope* may see, the latest first."""
    days = visible_items(scope).order_by().filter(due__isnull=False)
    return sorted(days.values_list("due__year", flat=True).distinct(), reverse=True)


def find_items(question: PlanQuestion, scope: Scope) -> QuerySet[PlanItem]:
    """Return the items that fit and that *scope* may see, in the order of the tree's branches."""
    found = visible_items(scope).filter(condition_of(question))
    if question.office:
        assists = Assistance.objects.filter(item_id=OuterRef("pk"), office_id=question.office)
        found = found.filter(Q(lead_office_id=question.office) | Q(Exists(assists)))
    return found.select_related(*NAMED).order_by("root_id", "position", "pk")


def find_items_on(question: PlanQuestion, scope: Scope, day: date) -> QuerySet[PlanVersion]:
    """Return the items as they stood at the end of *day*: the same question, asked of the past."""
    moment = timezone.make_aware(datetime.combine(day + ONE_DAY, time.min))
    found = standing_at(visible_versions(scope), moment).filter(condition_of(question))
    if question.office:
        found = found.filter(lead_office_id=question.office)
    return found.select_related(*NAMED).order_by("position", "item_id")


def standing_at(versions: QuerySet[PlanVersion], moment: datetime) -> QuerySet[PlanVersion]:
    """Narrow versions to those that stood just before *moment*."""
    return versions.filter(since__lt=moment).filter(Q(until__isnull=True) | Q(until__gte=moment))


def without_progress(scope: Scope, today: date) -> QuerySet[PlanItem]:
    """Return the open items without parts that have begun and of which nobody reported this week."""
    entries = ProgressEntry.objects.filter(item_id=OuterRef("pk"), week=monday_of(today))
    parts = PlanItem.objects.filter(parent_id=OuterRef("pk")).exclude(state=State.CANCELLED)
    begun = Q(start__isnull=True) | Q(start__lte=today)
    open_leaves = visible_items(scope).filter(begun, ~Exists(parts), state=State.OPEN)
    waiting = open_leaves.exclude(level=Level.MILESTONE).filter(~Exists(entries))
    return waiting.select_related("lead_office", "leader", "area").order_by("due", "pk")


def calendar_of(scope: Scope, first: date, last: date) -> dict[date, list[PlanItem]]:
    """Return the open and done items due on each day of a span, milestones first."""
    question = PlanQuestion(due_from=first, due_until=last)
    days: dict[date, list[PlanItem]] = {}
    for item in find_items(question, scope).order_by("due", "pk"):
        if item.due is not None:
            days.setdefault(item.due, []).append(item)
    return {day: sorted(items, key=lambda one: one.level != Level.MILESTONE) for day, items in days.items()}


def tree_order(items: Iterable[PlanItem]) -> list[PlanItem]:
    """Return items as a reader walks the tree: each before its parts, siblings by their position."""
    found = list(items)
    trees = PlanItem.objects.filter(root_id__in={item.root_id for item in found})
    known = {
        pk: (above, position) for pk, above, position in trees.values_list("pk", "parent_id", "position")
    }

    def way_to(number: int | None) -> tuple[tuple[int, int], ...]:
        way: list[tuple[int, int]] = []
        while number is not None and number in known:
            above, position = known[number]
            way.append((position, number))
            number = above
        return tuple(reversed(way))

    return sorted(found, key=lambda item: way_to(item.pk))


# ── summaries ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Summary:
    """How many items somebody answers for, and in which light; names in the order of the alphabet."""

    id: int | None
    name: str
    total: int
    done: int
    red: int
    yellow: int
    green: int
    grey: int


# A person is never ranked: leaders and offices stand in the order of their names.
COUNTS: Mapping[str, Q] = {
    "done": Q(state=State.DONE),
    **{colour.value: Q(lamp=colour.value, state=State.OPEN) for colour in Colour},
}


def by_office(items: QuerySet[PlanItem]) -> list[Summary]:
    """Return how the items of each leading office stand."""
    return _summaries(items, "lead_office")


def by_leader(items: QuerySet[PlanItem]) -> list[Summary]:
    """Return how the items under each responsible leader stand."""
    return _summaries(items, "leader")


def _summaries(items: QuerySet[PlanItem], column: str) -> list[Summary]:
    groups = items.order_by().values(f"{column}_id", f"{column}__name")
    counted = groups.annotate(total=Count("pk"), **{n: Count("pk", filter=q) for n, q in COUNTS.items()})
    rows = (
        Summary(
            id=row[f"{column}_id"], name=row[f"{column}__name"] or "", total=row["total"],
            **{name: row[name] for name in COUNTS},
        )
        for row in counted
    )  # fmt: skip
    return sorted(rows, key=lambda one: (one.id is None, one.name))


def lamps_of(items: QuerySet[PlanItem]) -> dict[str, int]:
    """Return how many open items show each lamp, how many are done, and how many there are in all."""
    asked = {name: Count("pk", filter=condition) for name, condition in COUNTS.items()}
    asked["all"] = Count("pk")
    return items.order_by().aggregate(**asked)


@dataclass(frozen=True, slots=True)
class YearInvestment:
    """Investment of a year over some items, in 万元."""

    year: int
    planned: Decimal
    done: Decimal

    @property
    def share(self) -> Decimal | None:
        """Return the percentage done; None where nothing was planned."""
        return round(100 * self.done / self.planned, 1) if self.planned else None


def investment_of(item: PlanItem) -> list[YearInvestment]:
    """Return the investment of each year, planned and done, the item and its parts together."""
    sums: dict[int, list[Decimal]] = {}
    for row in Investment.objects.filter(item_id__in=[item.pk, *_parts_of(item)]):
        held = sums.setdefault(row.year, [Decimal(0), Decimal(0)])
        held[0] += row.planned
        held[1] += row.done
    return [YearInvestment(year, *sums[year]) for year in sorted(sums)]


def _parts_of(item: PlanItem) -> list[int]:
    rows = PlanItem.objects.filter(root_id=item.root_id).exclude(state=State.CANCELLED)
    return below(dict(rows.values_list("pk", "parent_id")), item.pk)


def below(parents: Mapping[int, int | None], number: int) -> list[int]:
    """Return the numbers under *number*, given each item's parent."""
    children: dict[int | None, list[int]] = {}
    for one, parent in parents.items():
        children.setdefault(parent, []).append(one)
    found = list(children.get(number, ()))
    for one in found:
        found += children.get(one, ())
    return found
