"""Lists of cases: filters as a table, pages and counts that stay quick for everybody at a million cases.

What somebody sees is a union: matters of their areas, of their offices, and those they reported. One
condition with OR would make the database walk the whole table, so each part is asked by its own index and
the pages are merged; `visibility.visible_cases` stays the rule, and a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from zhenshu.ground.areas.models import Area
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Assignment, AssignmentRole, AssignmentState, Case
from zhenshu.registers.cases.visibility import LEVEL_COLUMNS, seen_areas

PAGE = 50
COUNT_AT_MOST = 1000  # a larger number is shown as "1000+"
TEXT_WINDOW = 10_000  # text is sought among the newest of so many; dates narrow further back
LISTED = ("area", "lead_office", "handler")
# Long texts and polygons that no line of a list shows; of the description it shows the beginning.
UNLISTED = (
    "answer", "area__boundary", "lead_office__duties", "handler__password", "handler__preferences",
)  # fmt: skip


# ── what may be asked ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of the list: by *column*, the id breaking ties."""

    column: str
    descending: bool
    open_only: bool = False


SORTS: Mapping[str, Sort] = {
    "due": Sort("queue_at", descending=False, open_only=True),
    "newest": Sort("opened_at", descending=True),
    "oldest": Sort("opened_at", descending=False),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What a list asks for: filter values by name, *state* (open, closed, all), text and order."""

    filters: Mapping[str, str]
    state: str = "open"
    text: str = ""
    sort: str = "due"

    def condition(self, now: datetime) -> Q:
        """Return everything but who sees it and the text."""
        found = STATES[self.state]
        for name, value in self.filters.items():
            found &= FILTERS[name](value, now)
        return found

    @property
    def order(self) -> Sort:
        sort = SORTS[self.sort]
        return SORTS["newest"] if sort.open_only and self.state != "open" else sort


STATES: Mapping[str, Q] = {"open": Q(is_open=True), "closed": Q(is_open=False), "all": Q()}


def read_query(raw: Mapping[str, str]) -> Query:
    """Return what *raw* (the parameters of an address) asks for; an unknown value finds nothing."""
    given = {name: str(value).strip() for name, value in raw.items() if str(value).strip()}
    state = given.get("state", "open")
    sort = given.get("sort", "due")
    return Query(
        filters={name: value for name, value in given.items() if name in FILTERS},
        state=state if state in STATES else "open",
        text=given.get("text", "")[:60],
        sort=sort if sort in SORTS else "due",
    )


NOTHING, EVERYTHING = Q(pk__in=[]), Q()
Filter = Callable[[str, datetime], Q]


def _equals(column: str) -> Filter:
    return lambda value, now: Q(**{column: value})


def _number(column: str) -> Filter:
    return lambda value, now: Q(**{column: int(value)}) if value.isdigit() and len(value) < 19 else NOTHING


def _flag(column: str) -> Filter:
    return lambda value, now: Q(**{column: value not in ("0", "no", "false")})


def _kind(value: str, now: datetime) -> Q:
    """A kind ``pack.kind``, or all kinds of a pack."""
    return Q(kind=value) if "." in value else Q(kind__gte=f"{value}.", kind__lt=f"{value}/")


def _category(value: str, now: datetime) -> Q:
    """A category with everything below it."""
    return Q(category=value) | Q(category__startswith=f"{value}/")


def _area(value: str, now: datetime) -> Q:
    """An area with everything below it."""
    area = Area.objects.filter(pk=int(value)).first() if value.isdigit() and len(value) < 19 else None
    return Q(**{LEVEL_COLUMNS[area.level]: area.pk}) if area else NOTHING


def _clock(value: str, now: datetime) -> Q:
    """Where the nearest deadline stands: overdue, near (临期), normal, or today (due before midnight)."""
    midnight = _start_of(timezone.localdate(now) + timedelta(days=1))
    conditions = {
        "overdue": Q(queue_at__lt=now),
        "near": Q(queue_at__gte=now, near_at__lte=now),
        "normal": Q(queue_at__gte=now) & (Q(near_at__gt=now) | Q(near_at=None)),
        "today": Q(queue_at__lt=midnight),
    }
    return conditions.get(value, NOTHING)


def _day(column: str, *, after: bool) -> Filter:
    def condition(value: str, now: datetime) -> Q:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return NOTHING
        return Q(**{f"{column}__gte": _start_of(day)}) if after else Q(**{f"{column}__lt": _end_of(day)})

    return condition


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _end_of(day: date) -> datetime:
    return _start_of(day + timedelta(days=1))


def _undecided(value: str, now: datetime) -> Q:
    """Matters in which an objection or an extension waits for a decision."""
    either = Q(objecting=True) | Q(extending=True)
    return {"objection": Q(objecting=True), "extension": Q(extending=True)}.get(value, either)


FILTERS: Mapping[str, Filter] = {
    "kind": _kind,
    "stage": _equals("stage"),
    "outcome": _equals("outcome"),
    "category": _category,
    "channel": _equals("channel"),
    "priority": _equals("priority"),
    "solved": _equals("solved"),
    "satisfied": _equals("satisfied"),
    "area": _area,
    "office": _number("lead_office_id"),
    "handler": _number("handler_id"),
    "reporter": _number("reported_by_id"),
    "subject": _number("subject_id"),
    "parent": _number("parent_id"),
    "clock": _clock,
    "undecided": _undecided,
    "supervised": _flag("supervised"),
    "paused": _flag("paused"),
    "parked": _flag("parked"),
    "extended": _flag("extended"),
    "in_time": _flag("in_time"),
    "returned": lambda value, now: Q(returned__gt=0),
    "reopened": lambda value, now: Q(reopened__gt=0),
    "opened_from": _day("opened_at", after=True),
    "opened_to": _day("opened_at", after=False),
    "closed_from": _day("closed_at", after=True),
    "closed_to": _day("closed_at", after=False),
}


# ── the parts of what somebody sees ───────────────────────────────────────────────────────────────────


Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what a scope sees, found by one index. *office*: its cases are found through its shares."""

    condition: Q
    office: int | None = None

    def rows(self, wanted: Q, order: Sort, *, of_few: bool = False, behind: Mark | None = None) -> Rows:
        """Return the cases of the part that fulfil *wanted*, in order and behind a mark, as (id, sort value).

        *of_few*: the wanted ones are few among all (the open ones); then they are found first and sorted,
        instead of walking everything in the order asked for.
        """
        if self.office is not None:
            shares = _shares(self.office).filter(_of_case(wanted))
            column = order.column if order.column == "opened_at" else f"case__{order.column}"
            return _in_order(shares.annotate(found=F("case_id"), sorted_by=F(column)), order, behind, column)
        cases = Case.objects.filter(self.condition & wanted)
        if of_few and order.column != "queue_at":
            return _in_order(
                cases.annotate(found=F("pk"), sorted_by=Coalesce(order.column, order.column)), order, behind
            )
        return _in_order(
            cases.annotate(found=F("pk"), sorted_by=F(order.column)), order, behind, order.column
        )


def _in_order(rows: QuerySet[Any], order: Sort, behind: Mark | None, column: str = "sorted_by") -> Rows:
    if behind is not None:
        side = "lt" if order.descending else "gt"
        tie = Q(**{f"{column}__{side}": behind.key}) | Q(**{f"found__{side}": behind.number})
        rows = rows.filter(Q(**{f"{column}__{side}e": behind.key}) & tie)
    sign = "-" if order.descending else ""
    return rows.order_by(f"{sign}{column}", f"{sign}found").values_list("found", "sorted_by")


def parts_of(scope: Scope, state: str) -> list[Part]:
    """Return the parts whose union is what *scope* sees among the cases of *state*."""
    if not scope.posts:
        return []
    offices = sorted(scope.office_ids)
    parts = [Part(_inside(*place, sensitive)) for place, sensitive in sorted(seen_areas(scope).items())]
    parts.append(Part(Q(reported_by_id=scope.user_id)))
    if state != "open":
        return parts + [Part(_shared_by(office), office) for office in offices]
    parts += [Part(Q(lead_office_id=office)) for office in offices]
    helping = Assignment.objects.filter(office_id__in=offices, role=AssignmentRole.ASSIST, live=True)
    return [*parts, Part(Q(pk__in=helping.values("case_id")))]


def _inside(column: str, area_id: int, sensitive: bool) -> Q:
    inside = Q(**{column: area_id})
    return inside if sensitive else inside & Q(confidential=False)


def _shares(office_id: int) -> QuerySet[Assignment]:
    return Assignment.objects.filter(office_id=office_id).exclude(state=AssignmentState.TAKEN_BACK)


def _shared_by(office_id: int) -> Q:
    return Q(pk__in=_shares(office_id).values("case_id"))


def _of_case(condition: Q) -> Q:
    """Return the same condition on cases, asked from a share."""
    children: list[Any] = list(condition.children)
    prefixed = [
        _of_case(child) if isinstance(child, Q) else (f"case__{child[0]}", child[1]) for child in children
    ]
    return Q(*prefixed, _connector=condition.connector, _negated=condition.negated)


def _apart(parts: Iterable[Part]) -> Iterator[tuple[Part, Q]]:
    """Yield each part with what keeps it apart from those before it, so that counts add up."""
    before = Q()
    for part in parts:
        yield part, ~before if before else Q()
        before |= part.condition


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Page:
    """Cases of one page. *after* leads to the next one; *bounded* tells that text was sought among the
    newest only; *as_of* is when this was read."""

    cases: list[Case]
    after: str
    bounded: bool
    as_of: datetime


def page_of(
    scope: Scope, query: Query, *, after: str = "", size: int = PAGE, now: datetime | None = None
) -> Page:
    """Return the page of cases behind the mark *after* that *scope* may see and *query* asks for."""
    moment = now or timezone.now()
    behind, order = Mark.read(after), query.order
    search = _Search.of(query, moment)
    found: dict[int, datetime] = {}
    for part in parts_of(scope, query.state):
        found.update(search.rows(part, order, behind)[: size + 1])
    marks = sorted((Mark(key, pk) for pk, key in found.items()), reverse=order.descending)[: size + 1]
    ids = [mark.number for mark in marks[:size]]
    cases = Case.objects.select_related(*LISTED).defer(*UNLISTED).in_bulk(ids)
    following = str(marks[size - 1]) if len(marks) > size else ""
    return Page([cases[pk] for pk in ids if pk in cases], following, search.bounded, moment)


class Mark(NamedTuple):
    """A place in a list: the sort value and id of its last case."""

    key: datetime
    number: int

    def __str__(self) -> str:
        return f"{self.key.isoformat()}~{self.number}"

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """Return the mark written in *text*; one that cannot be read is the beginning."""
        moment, _, number = text.partition("~")
        try:
            mark = cls(datetime.fromisoformat(moment), int(number))
        except ValueError:
            return None
        return mark if timezone.is_aware(mark.key) else None


NUMBERED = re.compile(r"[A-Za-z0-9_.:/#-]{5,80}")


@dataclass(frozen=True, slots=True)
class _Search:
    """A query made ready: its condition, and the text that is sought among the newest of each part."""

    wanted: Q
    few: bool
    text: str

    @classmethod
    def of(cls, query: Query, now: datetime) -> _Search:
        """Return the search; a text that is the number of a case is a condition and needs no seeking."""
        wanted, few = query.condition(now), query.state == "open"
        named = _named(query.text) if NUMBERED.fullmatch(query.text) else []
        if named:
            return cls(wanted & Q(pk__in=named), few, "")
        return cls(wanted, few, query.text)

    @property
    def bounded(self) -> bool:
        return bool(self.text)

    def rows(self, part: Part, order: Sort, behind: Mark | None = None, apart: Q = EVERYTHING) -> Rows:
        """Return what is found in one part, as (id, sort value) in order."""
        wanted = self.wanted & apart
        if not self.text:
            return part.rows(wanted, order, of_few=self.few, behind=behind)
        window = part.rows(wanted, SORTS["newest"], of_few=self.few).values("found")[:TEXT_WINDOW]
        speaks = Q(reporter_name=self.text) | Q(reporter_phone=self.text)
        for column in ("title", "address", "description"):
            speaks |= Q(**{f"{column}__contains": self.text})
        return Part(Q(pk__in=window)).rows(speaks, order, of_few=True, behind=behind)


def _named(text: str) -> list[int]:
    """Return the cases with this number, ours or another system's."""
    ours = Case.objects.filter(number=text.lower()).values_list("pk", flat=True)
    theirs = Case.objects.filter(~Q(source_number=""), source_number=text).values_list("pk", flat=True)
    return [*ours, *theirs[:PAGE]]


# ── counts ────────────────────────────────────────────────────────────────────────────────────────────


def count_of(scope: Scope, query: Query, *, now: datetime | None = None) -> int:
    """Return how many cases the list has, counted up to `COUNT_AT_MOST` + 1."""
    moment = now or timezone.now()
    search, total = _Search.of(query, moment), 0
    for part, apart in _apart(parts_of(scope, query.state)):
        left = COUNT_AT_MOST + 1 - total
        if left <= 0:
            break
        total += search.rows(part, SORTS["newest"], apart=apart).order_by()[:left].count()
    return total


# What the home page counts among the open cases, each the query of the list it opens.
TILES: Mapping[str, Mapping[str, str]] = {
    "open": {},
    "waiting": {"stage": "accepted"},
    "near": {"clock": "near"},
    "overdue": {"clock": "overdue"},
    "today": {"clock": "today"},
    "undecided": {"undecided": "any"},
    "supervised": {"supervised": "1"},
    "parked": {"parked": "1"},
    "returned": {"returned": "1"},
}


def tile_query(name: str, scope: Scope) -> Query:
    """Return the list that the tile *name* opens."""
    if name == "mine":
        return Query({"handler": str(scope.user_id or 0)})
    if name == "reported":
        return Query({"reporter": str(scope.user_id or 0)})
    return Query(dict(TILES[name]))


def open_counts(scope: Scope, *, now: datetime | None = None) -> dict[str, int]:
    """Return the exact numbers for the home page: every tile with the size of the list it opens."""
    moment = now or timezone.now()
    names = [*TILES, "mine", "reported"]
    counted = {
        name: Count("pk", filter=replace(tile_query(name, scope), state="all").condition(moment))
        for name in names
        if name != "open"
    }
    totals = dict.fromkeys(names, 0)
    for part, apart in _apart(parts_of(scope, "open")):
        cases = Case.objects.filter(part.condition & apart, is_open=True)
        found = cases.aggregate(open=Count("pk"), **counted)
        for name, number in found.items():
            totals[name] += number
    return totals
