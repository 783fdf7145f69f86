"""Read reported series: a period's value as it was told, from its parts, or as a whole less a part."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from zhenshu.measures.indicators.definitions import Series
from zhenshu.measures.indicators.geography import tree
from zhenshu.measures.indicators.models import Reported
from zhenshu.measures.indicators.spans import Span


@dataclass(frozen=True, slots=True)
class Told:
    """One reported value with the days it speaks of."""

    start: date
    end: date
    value: Decimal
    signer: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a series says for a span, and the reported values it rests on; *missing* areas said nothing."""

    value: Decimal | None
    told: tuple[Told, ...] = ()
    missing: int = 0


NOTHING = Found(None)


@dataclass
class Reports:
    """Reported values that were read, by indicator and area."""

    rows: dict[tuple[str, int], list[Told]] = field(default_factory=lambda: defaultdict(list))

    def over_span(self, series: Series, area: int, span: Span) -> Found:
        """Return what was reported for a span: for the area itself, else rolled up from those below it."""
        own = self._own(series, area, span)
        if own.value is not None or series.over_areas == "none":
            return own
        parts = [self.over_span(series, child, span) for child in tree().children(area, span.end)]
        known = [part.value for part in parts if part.value is not None]
        if not known:
            return NOTHING
        together = sum(known, Decimal(0))
        value = together / len(known) if series.over_areas == "mean" else together
        told = tuple(one for part in parts for one in part.told)
        return Found(value, told, len(parts) - len(known))

    def _own(self, series: Series, area: int, span: Span) -> Found:
        rows = self.rows.get((series.code, area), [])
        for row in rows:
            if (row.start, row.end) == (span.start, span.end):
                return Found(row.value, (row,))
        if not rows or span.is_empty:
            return NOTHING
        return OVER_TIME[series.over_time](rows, span)


def _summed(rows: Sequence[Told], span: Span) -> Found:
    """Add and take away reported stretches until they make up the span, by as few of them as possible.

    January to October less January to September is October; three months are a quarter.
    """
    steps: dict[date, list[tuple[date, Told, int]]] = defaultdict(list)
    for row in rows:
        steps[row.start].append((row.end, row, 1))
        steps[row.end].append((row.start, row, -1))
    paths: dict[date, tuple[tuple[Told, int], ...]] = {span.start: ()}
    pending = deque([span.start])
    while pending and span.end not in paths:
        here = pending.popleft()
        for there, row, sign in steps[here]:
            if there not in paths:
                paths[there] = (*paths[here], (row, sign))
                pending.append(there)
    path = paths.get(span.end)
    if path is None:
        return NOTHING
    return Found(sum((sign * row.value for row, sign in path), Decimal(0)), tuple(row for row, _ in path))


def _inside(rows: Sequence[Told], span: Span) -> list[Told]:
    return [row for row in rows if span.start <= row.start and row.end <= span.end]


def _last(rows: Sequence[Told], span: Span) -> Found:
    inside = _inside(rows, span)
    latest = max(inside, key=lambda row: (row.end, row.start), default=None)
    return Found(latest.value, (latest,)) if latest else NOTHING


def _mean(rows: Sequence[Told], span: Span) -> Found:
    inside = _inside(rows, span)
    if not inside:
        return NOTHING
    return Found(sum((row.value for row in inside), Decimal(0)) / len(inside), tuple(inside))


def _highest(rows: Sequence[Told], span: Span) -> Found:
    highest = max(_inside(rows, span), key=lambda row: row.value, default=None)
    return Found(highest.value, (highest,)) if highest else NOTHING


def _exactly(rows: Sequence[Told], span: Span) -> Found:
    return NOTHING


OVER_TIME = {"sum": _summed, "last": _last, "mean": _mean, "max": _highest, "none": _exactly}


def read_reports(codes: Iterable[str], areas: Iterable[int], spans: Sequence[Span]) -> Reports:
    """Read in one statement what was reported of these indicators for these areas and all below them."""
    found = Reports()
    wanted = set(codes)
    if not wanted:
        return found
    # A stretch from January may be needed to tell a single month.
    first = date(min(span.start for span in spans).year, 1, 1)
    last = date(max(span.end for span in spans).year + 1, 1, 1)
    asked = set(areas)
    inside = [pk for pk, node in tree().nodes.items() if asked.intersection(node.storeys)]
    rows = Reported.objects.filter(
        indicator__in=wanted, area_id__in=inside, replaced_by=None, first_day__gte=first, end_day__lte=last
    )
    told = rows.order_by("first_day", "end_day").values_list(
        "indicator", "area_id", "first_day", "end_day", "value", "signer"
    )
    for code, area, start, end, value, signer in told:
        found.rows[code, area].append(Told(start, end, value, signer))
    return found
