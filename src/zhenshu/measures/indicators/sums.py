"""Read tallies for many quantities, areas and spans in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from zhenshu.measures.indicators.columns import SCALE, JsonText
from zhenshu.measures.indicators.definitions import Quantity
from zhenshu.measures.indicators.geography import Boundaries, Layout, Share, records_in, tree
from zhenshu.measures.indicators.parts import part_ids
from zhenshu.measures.indicators.recount import aggregates_of, condition_of, pass_of
from zhenshu.measures.indicators.sources import Source, amount_column, member_column, source_of
from zhenshu.measures.indicators.spans import Span

Edge = tuple[str, int, Any, Any]  # digest, area, first day, the day after the last
Pair = tuple[list[int], list[int]]  # values in ten-thousandths and numbers of records, one per span

# The areas' places join as a list of their own, so that any grouping of places is one statement.
_SHARES = "WITH m(place, area, sign) AS (VALUES {shares}) "
# Where there are about as many places as areas, grouping would only cost: each place's months are read as
# they stand and put together here.
_PLACES = (
    "SELECT t.part_id, t.place_id, t.month, t.value, t.n FROM indicators_tally t "
    "WHERE t.place_id IN ({places}) AND t.part_id IN ({parts}) AND t.month >= {first} AND t.month < {last}"
)
_MONTHS = (
    _SHARES + "SELECT t.part_id, m.area, t.month, CAST(SUM(t.value * m.sign) AS BIGINT), "
    "CAST(SUM(t.n * m.sign) AS BIGINT) FROM m JOIN indicators_tally t ON t.place_id = m.place "
    "WHERE t.part_id IN ({parts}) AND t.month >= {first} AND t.month < {last} GROUP BY 1, 2, 3"
)
_OPENING = (
    _SHARES + "SELECT t.part_id, m.area, SUM(t.value * m.sign), SUM(t.n * m.sign) "
    "FROM m JOIN indicators_tally t ON t.place_id = m.place "
    "WHERE t.part_id IN ({parts}) AND t.month < {first} GROUP BY 1, 2"
)
_MEMBERS = (
    "WITH m(place, area, sign) AS (VALUES {shares}), s(span, first, last) AS (VALUES {spans}) "
    "SELECT t.part_id, m.area, s.span, COUNT(DISTINCT t.member), SUM(t.n) "
    "FROM m JOIN indicators_member t ON t.place_id = m.place "
    "JOIN s ON t.month >= s.first AND t.month < s.last "
    "WHERE t.part_id IN ({parts}) AND t.n > 0 GROUP BY 1, 2, 3"
)


@dataclass
class Sums:
    """What was read: for each part and area its months, running totals included, and its members."""

    spans: Sequence[Span]
    boundaries: Boundaries
    first: int
    width: int
    months: dict[tuple[int, int], Pair] = field(default_factory=dict)
    totals: dict[tuple[int, int], Pair] = field(default_factory=dict)
    opening: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    members: dict[tuple[int, int, int], tuple[int, int]] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    passes: dict[tuple[str, ...], list[Quantity]] = field(default_factory=dict)
    days: dict[Edge, tuple[int, int]] = field(default_factory=dict)

    def over_spans(self, quantity: Quantity, area: int, over_time: str) -> Pair | None:
        """Return values and numbers of a quantity in an area, one per span; None when nothing keeps it."""
        part = self.parts.get(quantity.digest)
        if part is None:
            return None
        if not self._has_tallies(area):
            return self._from_records(quantity, area)
        if quantity.counted.way == "distinct":
            return self._distinct(quantity, part, area)
        if quantity.posting == "stock":
            return self._stock(quantity, part, area)
        if over_time == "sum":
            return self._flow(quantity, part, area)
        return self._by_month(part, area, over_time)

    def _has_tallies(self, area: int) -> bool:
        """Tallies go down to the grid; below it the records are asked."""
        node = tree().nodes.get(area)
        return node is not None and node.storeys[4] == 0

    def _totals(self, part: int, area: int) -> Pair:
        """Return running totals: the sum of all months before each."""
        key = (part, area)
        if key not in self.totals:
            values, ns = self.months.get(key) or ([0] * self.width, [0] * self.width)
            self.totals[key] = (list(accumulate(values, initial=0)), list(accumulate(ns, initial=0)))
        return self.totals[key]

    def _flow(self, quantity: Quantity, part: int, area: int) -> Pair:
        first = self.first
        values, ns = self._totals(part, area)
        found = (
            [values[s.last - first] - values[s.first - first] for s in self.spans],
            [ns[s.last - first] - ns[s.first - first] for s in self.spans],
        )
        for place, span in enumerate(self.spans):
            for start, end in span.edges:
                self._add(found, place, self._days(quantity, area, start, end))
        return found

    def _days(self, quantity: Quantity, area: int, start: Any, end: Any) -> tuple[int, int]:
        """Return what single days come to, read in one pass with the other quantities over these records."""
        if quantity.posting == "stock":
            return _days(quantity, area, self.boundaries, start, end)
        asked = (quantity.digest, area, start, end)
        if asked not in self.days:
            group = self.passes.get(pass_of(quantity), [quantity])
            told = _days_together(group, area, self.boundaries, start, end)
            self.days |= {(one.digest, area, start, end): pair for one, pair in zip(group, told, strict=True)}
        return self.days[asked]

    def _stock(self, quantity: Quantity, part: int, area: int) -> Pair:
        values, ns = self._totals(part, area)
        value, n = self.opening.get((part, area), (0, 0))
        ends = [span.stock_month - self.first for span in self.spans]
        found = [value + values[end] for end in ends], [n + ns[end] for end in ends]
        for place, span in enumerate(self.spans):
            if span.stock_edge:
                self._add(found, place, _days(quantity, area, self.boundaries, *span.stock_edge))
        return found

    def _by_month(self, part: int, area: int, over_time: str) -> Pair:
        """Return what whole months say: the last one, the highest, or their mean."""
        values, ns = self.months.get((part, area)) or ([0] * self.width, [0] * self.width)
        found: Pair = ([], [])
        for span in self.spans:
            inside = slice(span.first - self.first, span.last - self.first)
            value, n = OVER_TIME[over_time](values[inside], ns[inside])
            found[0].append(value)
            found[1].append(n)
        return found

    def _distinct(self, quantity: Quantity, part: int, area: int) -> Pair:
        """Members of single days are looked up in the records, as they may be members of the months too."""
        found: Pair = ([], [])
        for place, span in enumerate(self.spans):
            if span.edges:
                value, n = _distinct_days(quantity, area, self.boundaries, span)
            else:
                value, n = self.members.get((part, area, place), (0, 0))
            found[0].append(value * SCALE)
            found[1].append(n)
        return found

    def _from_records(self, quantity: Quantity, area: int) -> Pair:
        found: Pair = ([0] * len(self.spans), [0] * len(self.spans))
        for place, span in enumerate(self.spans):
            if quantity.counted.way == "distinct":
                value, n = _distinct_days(quantity, area, self.boundaries, span)
                self._add(found, place, (value * SCALE, n))
            else:
                self._add(found, place, self._days(quantity, area, span.start, span.end))
        return found

    @staticmethod
    def _add(found: Pair, place: int, more: tuple[int, int]) -> None:
        found[0][place] += more[0]
        found[1][place] += more[1]


def _last(values: Sequence[int], ns: Sequence[int]) -> tuple[int, int]:
    told = [place for place, n in enumerate(ns) if n]
    return (values[told[-1]], ns[told[-1]]) if told else (0, 0)


def _mean(values: Sequence[int], ns: Sequence[int]) -> tuple[int, int]:
    told = [value for value, n in zip(values, ns, strict=True) if n]
    return (round(sum(told) / len(told)), sum(ns)) if told else (0, 0)


def _highest(values: Sequence[int], ns: Sequence[int]) -> tuple[int, int]:
    return (max(values), sum(ns)) if values else (0, 0)


def _whole(values: Sequence[int], ns: Sequence[int]) -> tuple[int, int]:
    return sum(values), sum(ns)


OVER_TIME = {"last": _last, "mean": _mean, "max": _highest, "none": _whole}


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────


def read_sums(
    quantities: Iterable[Quantity],
    layout: Layout,
    spans: Sequence[Span],
    boundaries: Boundaries,
    waiting: frozenset[str] = frozenset(),
) -> Sums:
    """Read the tallies of all quantities over all spans: one statement for flows, stocks and members each.

    Those *waiting* to be counted anew are left out: what is kept of them is not what they ask for.
    """
    known = {digest: pk for digest, pk in part_ids().items() if digest not in waiting}
    wanted = {known[one.digest]: one for one in quantities if one.digest in known}
    passes: dict[tuple[str, ...], list[Quantity]] = defaultdict(list)
    for one in wanted.values():
        passes[pass_of(one)].append(one)
    first = min(min(span.first, span.stock_month) for span in spans)
    last = max(max(span.last, span.stock_month) for span in spans)
    found = Sums(spans, boundaries, first, last - first, parts=known, passes=passes)
    summed = [pk for pk, one in wanted.items() if one.counted.way != "distinct"]
    for shares, parts in _by_layout(layout, wanted, summed):
        _read_months(found, shares, parts, last)
    stocks = [pk for pk in summed if wanted[pk].posting == "stock"]
    shares = [*layout.own, *layout.following]
    if stocks and shares:
        for part, area, value, n in _rows(_OPENING, _words(shares, stocks, first=first)):
            found.opening[part, area] = (int(value), int(n))
    named = [pk for pk in wanted if pk not in summed]
    if named and layout.members:
        numbered = ", ".join(f"({place}, {s.first}, {s.last})" for place, s in enumerate(spans))
        for part, area, span, value, n in _rows(_MEMBERS, _words(layout.members, named, spans=numbered)):
            found.members[part, area, span] = (int(value), int(n))
    return found


def _words(shares: Sequence[Any], parts: Sequence[int], **more: Any) -> dict[str, Any]:
    """Return what fills a statement. All of it are numbers of this database, none is text from outside."""
    listed = ", ".join(f"({place}, {area}, {sign})" for place, area, sign in shares)
    return {"shares": listed, "parts": ", ".join(map(str, parts)), **more}


def _rows(statement: str, words: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**words))
        return list(cursor.fetchall())


def _by_layout(
    layout: Layout, wanted: Mapping[int, Quantity], summed: Sequence[int]
) -> Iterator[tuple[Sequence[Share], list[int]]]:
    """Yield the places and parts that go together: of records with their own storeys, and of the others."""
    for shares, levels in ((layout.own, True), (layout.following, False)):
        parts = [pk for pk in summed if (source := source_of(wanted[pk].counted)) and source.levels is levels]
        if shares and parts:
            yield shares, parts


def _read_months(found: Sums, shares: Sequence[Share], parts: Sequence[int], last: int) -> None:
    of_place: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, area, sign in shares:
        of_place[place].append((area, sign))
    words = _words(shares, parts, first=found.first, last=last, places=", ".join(map(str, of_place)))
    if len(of_place) > 2 * len({area for _, area, _ in shares}):
        _add_months(found, _rows(_MONTHS, words), None)
    else:
        _add_months(found, _rows(_PLACES, words), of_place)


def _add_months(
    found: Sums, rows: Sequence[tuple[int, int, int, int, int]], of_place: Mapping[int, Any] | None
) -> None:
    """Put months into their cells: of the area each row names, or of the areas its place belongs to."""
    months, width, first = found.months, found.width, found.first
    for part, where, month, value, n in rows:
        for area, sign in of_place[where] if of_place is not None else ((where, 1),):
            held = months.get((part, area))
            if held is None:
                held = months[part, area] = ([0] * width, [0] * width)
            held[0][month - first] += sign * value
            held[1][month - first] += sign * n


# ── days, from the records ────────────────────────────────────────────────────────────────────────────


def _days(quantity: Quantity, area: int, boundaries: Boundaries, start: Any, end: Any) -> tuple[int, int]:
    """Return what the records dated in these days come to."""
    came = _sum(quantity, records_dated(quantity, area, boundaries, start, end))
    source = source_of(quantity.counted)
    assert source is not None
    if quantity.posting != "stock" or not source.leaves(quantity.counted.at):
        return came
    left = records_of(quantity, area, boundaries).filter(between(source.end, start, end))
    gone = _sum(quantity, left.filter(has_begun(source, quantity)))
    return came[0] - gone[0], came[1] - gone[1]


def _days_together(
    group: Sequence[Quantity], area: int, boundaries: Boundaries, start: Any, end: Any
) -> list[tuple[int, int]]:
    """Return what the records dated in these days come to for each of a pass of flows, in one statement."""
    counted = group[0].counted
    source = source_of(counted)
    assert source is not None
    records = source.records(counted).filter(records_in(source, area, boundaries)).order_by()
    asked: dict[str, Any] = {}
    for place, quantity in enumerate(group):
        asked |= aggregates_of(place, quantity, source)
    told = _dated(records, source, counted.at, start, end).aggregate(**asked)
    numbers = [told[f"n{place}"] for place in range(len(group))]
    return [(int(told.get(f"v{place}", n * SCALE) or 0), n) for place, n in enumerate(numbers)]


def _sum(quantity: Quantity, records: QuerySet[Any]) -> tuple[int, int]:
    source = source_of(quantity.counted)
    assert source is not None
    amount = amount_column(source, quantity.counted)
    if amount is None:
        n = records.count()
        return n * SCALE, n
    told = records.annotate(amount=amount).aggregate(value=Sum("amount"), n=Count("amount"))
    return int(told["value"] or 0), told["n"]


def _distinct_days(quantity: Quantity, area: int, boundaries: Boundaries, span: Span) -> tuple[int, int]:
    source = source_of(quantity.counted)
    assert source is not None
    records = records_dated(quantity, area, boundaries, span.start, span.end)
    named = records.annotate(member=member_column(source, quantity.counted)).filter(member__isnull=False)
    told = named.aggregate(value=Count("member", distinct=True), n=Count("pk"))
    return told["value"], told["n"]


def records_of(quantity: Quantity, area: int, boundaries: Boundaries) -> QuerySet[Any]:
    """Return the records of a quantity in an area, of all days."""
    source = source_of(quantity.counted)
    assert source is not None
    here = records_in(source, area, boundaries)
    records: QuerySet[Any] = source.records(quantity.counted).filter(condition_of(quantity), here)
    return records.order_by()


def records_dated(
    quantity: Quantity, area: int, boundaries: Boundaries, start: Any, end: Any
) -> QuerySet[Any]:
    """Return the records of a quantity in an area whose date lies between two days, the second excluded."""
    source = source_of(quantity.counted)
    assert source is not None
    return _dated(records_of(quantity, area, boundaries), source, quantity.counted.at, start, end)


def _dated(records: QuerySet[Any], source: Source, at: str, start: Any, end: Any) -> QuerySet[Any]:
    column, key = source.date_place(at)
    if not key:
        return records.filter(between(column, start, end))
    written: QuerySet[Any] = records.annotate(written=JsonText(column, key))
    return written.filter(written__gte=start.isoformat(), written__lt=end.isoformat())


def between(column: str, start: Any, end: Any) -> Q:
    """Return that a date column lies between two days, the second excluded."""
    if column.endswith("_at"):
        start, end = (timezone.make_aware(datetime(d.year, d.month, d.day)) for d in (start, end))
    return Q(**{f"{column}__gte": start, f"{column}__lt": end})


def has_begun(source: Source, quantity: Quantity) -> Q:
    """Return that a record has the date by which it enters a stock."""
    column, key = source.date_place(quantity.counted.at)
    if not key:
        return Q(**{f"{column}__isnull": False})
    return ~Q(**{f"{column}__{key}": None}) & Q(**{f"{column}__{key}__isnull": False})
