"""When each plan item runs: forwards from wished starts, backwards (倒排) from promised dates.

Rules, the same in both directions:

* Days are working days. An item of N days occupies N working days; a milestone none: it falls on
  the working day its last predecessor ends.
* A successor begins after its predecessor has ended, plus the lag; what an item waits for, all its
  parts wait for, and what waits for an item waits for all its parts.
* A parent runs from the first start to the last end of its children. Milestones alone don't say how long
  an item takes: such an item is placed by its own dates, and reaches as far as its milestones do.
* Forwards an item starts when it wished to or when it can, whichever is later. Backwards it ends as
  late as its own and its parents' promised dates and its successors allow.
* A fixed item (done, or agreed by hand) does not move; what it breaks is reported.

Nothing is saved here: the answer says what would move.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from zhenshu.ground.worktime import WorkCalendar

ONE_DAY = timedelta(days=1)


class ItemKind(StrEnum):
    """The levels of a plan."""

    GOAL = "goal"
    TASK = "task"
    PROJECT = "project"
    MILESTONE = "milestone"


class PlanError(ValueError):
    """A plan that can't be scheduled as it is declared."""


class CircleError(PlanError):
    """Items that wait for one another in a circle."""

    def __init__(self, circle: Sequence[int], names: Mapping[int, str]) -> None:
        self.circle = tuple(circle)
        self.way = " → ".join(names[item] for item in (*circle, circle[0]))
        sentence = f"These items wait for one another in a circle: {self.way}. Remove one of the links."
        super().__init__(sentence)


class MissingItemError(PlanError):
    """A link or a parent that is not part of the plan."""

    def __init__(self, item: str, missing: int) -> None:
        self.missing = missing
        super().__init__(f"The item {item} refers to item {missing}, which is not in this plan.")


@dataclass(frozen=True, slots=True)
class Link:
    """What an item waits for, and how many working days longer; a negative lag lets them overlap."""

    predecessor: int
    lag: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One plan item as the schedule sees it; without *duration* the days from *start* to *due* count."""

    id: int
    name: str = ""
    kind: ItemKind = ItemKind.TASK
    parent: int | None = None
    start: date | None = None
    due: date | None = None
    promised: date | None = None
    duration: int | None = None
    predecessors: tuple[Link, ...] = ()
    fixed: bool = False

    def __post_init__(self) -> None:
        if self.duration is not None and self.duration < 0:
            raise PlanError(f"The item {self.label} has {self.duration} working days; give 0 or more.")
        if self.start and self.due and self.start > self.due:
            raise PlanError(f"The item {self.label} starts {self.start}, after it is due {self.due}.")

    @property
    def label(self) -> str:
        """The name for messages."""
        return self.name or str(self.id)


@dataclass(frozen=True, slots=True)
class Dates:
    """First and last day of an item."""

    start: date | None
    due: date | None


@dataclass(frozen=True, slots=True)
class Move:
    """What the schedule would change about one item."""

    item: int
    before: Dates
    after: Dates


class Reason(StrEnum):
    """Why a schedule can't keep everything that was declared."""

    PROMISE = "promise"
    PREDECESSOR = "predecessor"


@dataclass(frozen=True, slots=True)
class Breach:
    """A promised date or a link the schedule does not keep, and by how many working days."""

    item: int
    reason: Reason
    days: int
    other: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The dates of every item that has any, what moves, what is broken, and what has no date."""

    dates: Mapping[int, Dates]
    moves: tuple[Move, ...]
    breaches: tuple[Breach, ...]
    unscheduled: tuple[int, ...]


def schedule_forward(items: Iterable[Item], calendar: WorkCalendar) -> Schedule:
    """The earliest schedule: every item when it wished, or as soon as its predecessors allow."""
    plan = _Plan(items)
    spans = _run(plan, plan.waits_for, lambda item, bounds: _earliest(item, bounds, calendar))
    return _schedule(plan, spans, calendar)


def schedule_backward(items: Iterable[Item], calendar: WorkCalendar) -> Schedule:
    """The latest schedule (倒排) that still keeps the promised dates."""
    plan = _Plan(items)
    spans = _run(plan, plan.awaited_by, lambda item, bounds: _latest(item, plan, bounds, calendar))
    return _schedule(plan, spans, calendar)


def slack(early: Schedule, late: Schedule, calendar: WorkCalendar) -> dict[int, int]:
    """Working days each item can slip before a promise breaks; 0 is critical, negative already late."""
    return {
        item: _days_apart(early.dates[item].due, late.dates[item].due, calendar)
        for item in early.dates
        if item in late.dates
    }


@dataclass(frozen=True, slots=True)
class _Span:
    """Half-open working-day positions: a milestone begins where it ends."""

    begin: int
    end: int


Bounds = list[tuple[_Span, int]]
Neighbours = Callable[[int], Iterator[tuple[int, int]]]
Place = Callable[[Item, Bounds], _Span | None]


class _Plan:
    """The items by number, with children, ancestors and links in both directions."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = {item.id: item for item in sorted(items, key=lambda item: item.id)}
        self.children: dict[int, list[int]] = defaultdict(list)
        self.followers: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.names = {number: item.label for number, item in self.items.items()}
        for item in self.items.values():
            self._register(item)
        self.lines = {number: self._line(number) for number in self.items}

    def waits_for(self, number: int) -> Iterator[tuple[int, int]]:
        """What *number* or one of its ancestors waits for, with the lag."""
        for holder in self.lines[number]:
            yield from ((link.predecessor, link.lag) for link in self.items[holder].predecessors)

    def awaited_by(self, number: int) -> Iterator[tuple[int, int]]:
        """What waits for *number* or one of its ancestors, with the lag."""
        for holder in self.lines[number]:
            yield from self.followers[holder]

    def has_work_below(self, number: int) -> bool:
        """Tell whether an item runs as its parts do: one of them is more than a milestone."""
        return any(self.items[child].kind is not ItemKind.MILESTONE for child in self.children[number])

    def _register(self, item: Item) -> None:
        referred = [link.predecessor for link in item.predecessors]
        for other in referred if item.parent is None else [item.parent, *referred]:
            if other not in self.items:
                raise MissingItemError(item.label, other)
        if item.parent is not None:
            self.children[item.parent].append(item.id)
        for link in item.predecessors:
            self.followers[link.predecessor].append((item.id, link.lag))

    def _line(self, number: int) -> list[int]:
        """The item and its ancestors, nearest first."""
        line: list[int] = []
        above: int | None = number
        while above is not None:
            if above in line:
                raise CircleError(line[line.index(above) :], self.names)
            line.append(above)
            above = self.items[above].parent
        return line


def _run(plan: _Plan, neighbours: Neighbours, place: Place) -> dict[int, _Span | None]:
    """Every item placed once, after everything it depends on."""
    spans: dict[int, _Span | None] = {}
    for number in _in_order(plan, neighbours):
        parts = [spans[child] for child in plan.children[number]]
        if not plan.has_work_below(number):
            known = ((spans[other], lag) for other, lag in neighbours(number))
            parts.append(place(plan.items[number], [(span, lag) for span, lag in known if span]))
        spans[number] = _envelope(parts)
    return spans


def _in_order(plan: _Plan, neighbours: Neighbours) -> list[int]:
    """The items so that children stand before parents and neighbours before the items they bound."""
    needs = {number: _needs(plan, number, neighbours) for number in plan.items}
    needed_by: dict[int, list[int]] = defaultdict(list)
    for number, others in needs.items():
        for other in others:
            needed_by[other].append(number)
    open_needs = {number: len(others) for number, others in needs.items()}
    order = [number for number, count in open_needs.items() if not count]
    for number in order:
        for waiting in needed_by[number]:
            open_needs[waiting] -= 1
            if not open_needs[waiting]:
                order.append(waiting)
    if len(order) < len(needs):
        raise CircleError(_circle(needs, set(needs) - set(order)), plan.names)
    return order


def _needs(plan: _Plan, number: int, neighbours: Neighbours) -> set[int]:
    if plan.has_work_below(number):
        return set(plan.children[number])
    return {*plan.children[number], *(other for other, _ in neighbours(number))}


def _circle(needs: Mapping[int, Collection[int]], stuck: Collection[int]) -> list[int]:
    """One circle among the *stuck* items."""
    way: list[int] = []
    number = min(stuck)
    while number not in way:
        way.append(number)
        number = min(other for other in needs[number] if other in stuck)
    return way[way.index(number) :][::-1]


def _earliest(item: Item, bounds: Bounds, calendar: WorkCalendar) -> _Span | None:
    length, wished = _length(item, calendar), _wished(item, calendar)
    if item.fixed and wished:
        return wished
    begins = [span.end + lag for span, lag in bounds]
    begins += [wished.begin] if wished else []
    return _Span(max(begins), max(begins) + length) if begins else None


def _latest(item: Item, plan: _Plan, bounds: Bounds, calendar: WorkCalendar) -> _Span | None:
    length, wished = _length(item, calendar), _wished(item, calendar)
    if item.fixed and wished:
        return wished
    ends = [span.begin - lag for span, lag in bounds]
    promised = (plan.items[holder].promised for holder in plan.lines[item.id])
    ends += [_end_position(day, calendar) for day in promised if day]
    if not ends:
        return wished
    return _Span(min(ends) - length, min(ends))


def _length(item: Item, calendar: WorkCalendar) -> int:
    if item.duration is not None:
        return item.duration
    if item.kind is ItemKind.MILESTONE:
        return 0
    if item.start and item.due:
        return max(1, calendar.working_days_between(item.start, item.due))
    return 1


def _wished(item: Item, calendar: WorkCalendar) -> _Span | None:
    """Where the item would lie by its own dates: from its start, or ending on its due day."""
    length = _length(item, calendar)
    if item.start and length:
        begin = calendar.working_days_before(item.start)
        return _Span(begin, begin + length)
    last = item.due or item.start
    if last is None:
        return None
    end = _end_position(last, calendar)
    return _Span(end - length, end)


def _end_position(day: date, calendar: WorkCalendar) -> int:
    return calendar.working_days_before(day + ONE_DAY)


def _envelope(spans: Iterable[_Span | None]) -> _Span | None:
    known = [span for span in spans if span]
    if not known:
        return None
    return _Span(min(span.begin for span in known), max(span.end for span in known))


def _schedule(plan: _Plan, spans: Mapping[int, _Span | None], calendar: WorkCalendar) -> Schedule:
    placed = {number: span for number in plan.items if (span := spans[number])}
    dates = {number: _dates(span, calendar) for number, span in placed.items()}
    return Schedule(
        dates=dates,
        moves=tuple(_moves(plan, dates)),
        breaches=(*_broken_promises(plan, placed, calendar), *_broken_links(plan, placed)),
        unscheduled=tuple(number for number in plan.items if number not in placed),
    )


def _dates(span: _Span, calendar: WorkCalendar) -> Dates:
    due = calendar.working_day_at(span.end - 1)
    return Dates(due if span.begin == span.end else calendar.working_day_at(span.begin), due)


def _moves(plan: _Plan, dates: Mapping[int, Dates]) -> Iterator[Move]:
    for number, after in dates.items():
        before = Dates(plan.items[number].start, plan.items[number].due)
        if before != after:
            yield Move(number, before, after)


def _broken_promises(plan: _Plan, spans: Mapping[int, _Span], calendar: WorkCalendar) -> Iterator[Breach]:
    for number, span in spans.items():
        promised = plan.items[number].promised
        late = span.end - _end_position(promised, calendar) if promised else 0
        if late > 0:
            yield Breach(number, Reason.PROMISE, late)


def _broken_links(plan: _Plan, spans: Mapping[int, _Span]) -> Iterator[Breach]:
    for number, span in spans.items():
        for link in plan.items[number].predecessors:
            before = spans.get(link.predecessor)
            late = before.end + link.lag - span.begin if before else 0
            if late > 0:
                yield Breach(number, Reason.PREDECESSOR, late, link.predecessor)


def _days_apart(one: date | None, other: date | None, calendar: WorkCalendar) -> int:
    if one is None or other is None:
        return 0
    return _end_position(other, calendar) - _end_position(one, calendar)
