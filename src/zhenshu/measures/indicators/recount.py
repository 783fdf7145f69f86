"""Count quantities from the records in the database: whole tables in one pass per kind and date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import Count, Expression, F, Func, Q, QuerySet, Sum

from zhenshu.ground.packs.conditions import to_q
from zhenshu.ground.packs.measures import terms_for
from zhenshu.measures.indicators.columns import SCALE, MonthOfDay, MonthOfMoment, month_from
from zhenshu.measures.indicators.contributions import Difference
from zhenshu.measures.indicators.definitions import Quantity
from zhenshu.measures.indicators.parts import PlaceKey, case_places, following_place
from zhenshu.measures.indicators.sources import (
    LEVELS,
    Source,
    amount_column,
    member_column,
    month_column,
    source_of,
)

Progress = Callable[[int, int, str], None]


def condition_of(quantity: Quantity) -> Q:
    """Return which records of its kind a quantity counts, as a condition on the database."""
    source = source_of(quantity.counted)
    assert source is not None
    fields, facts = terms_for(quantity.counted)
    return to_q(quantity.where, source.columns(quantity.counted), fields, facts=facts)


def recount(quantities: Sequence[Quantity], progress: Progress | None = None) -> Iterator[Difference]:
    """Yield what the quantities come to, counted from the records, a group of them at a time."""
    groups: dict[tuple[str, ...], list[Quantity]] = {}
    for quantity in quantities:
        groups.setdefault(pass_of(quantity), []).append(quantity)
    for done, (key, group) in enumerate(groups.items()):
        if progress is not None:
            progress(done, len(groups), key[1])
        yield _count_group(group)
    if progress is not None:
        progress(len(groups), len(groups), "")


def pass_of(quantity: Quantity) -> tuple[str, ...]:
    """Quantities over the same records by the same date are counted in one pass; members one by one."""
    counted = quantity.counted
    alone = quantity.digest if counted.way == "distinct" else ""
    return (counted.block, counted.full_code, counted.reading or "", counted.at, quantity.posting, alone)


def _count_group(group: Sequence[Quantity]) -> Difference:
    counted = group[0].counted
    source = source_of(counted)
    assert source is not None
    found = Difference()
    begins = month_column(source, counted, counted.at)
    if counted.way == "distinct":
        _count_members(found, group[0], source, begins)
        return found
    _count_sums(found, group, source, begins, sign=1)
    if group[0].posting == "stock" and source.leaves(counted.at):
        _count_sums(found, group, source, _end_column(source), sign=-1)
    return found


def _end_column(source: Source) -> Func:
    column = F(source.end)
    return MonthOfMoment(column) if source.end.endswith("_at") else MonthOfDay(column)


def _count_sums(
    found: Difference, group: Sequence[Quantity], source: Source, month: Func, *, sign: int
) -> None:
    counted = group[0].counted
    records = source.records(counted).order_by().annotate(month=month)
    if sign < 0:
        # What was never there cannot leave: both dates are needed.
        begins = month_column(source, counted, counted.at)
        records = records.annotate(begun=begins).filter(begun__isnull=False)
    asked: dict[str, Expression] = {}
    for place, quantity in enumerate(group):
        asked |= aggregates_of(place, quantity, source)
    levels = _level_columns(source)
    rows = records.filter(month__isnull=False).values_list(*levels, "month").annotate(**asked)
    for row in rows.iterator():
        _add_row(found, group, row, len(levels), sign)


def _level_columns(source: Source) -> tuple[str, ...]:
    return LEVELS if source.levels else (source.area,)


def aggregates_of(place: int, quantity: Quantity, source: Source) -> dict[str, Expression]:
    """Return the sum (when there is an amount) and the number of records of one quantity."""
    condition = condition_of(quantity)
    which = condition if condition else None
    amount = amount_column(source, quantity.counted)
    if amount is None:
        return {f"n{place}": Count("pk", filter=which)}
    return {f"n{place}": Count(amount, filter=which), f"v{place}": Sum(amount, filter=which)}


def _add_row(
    found: Difference, group: Sequence[Quantity], row: tuple[Any, ...], width: int, sign: int
) -> None:
    places = _places(row[:width])
    month, rest = month_from(row[width]), iter(row[width + 1 :])
    for quantity in group:
        n = next(rest)
        value = int(next(rest) or 0) if quantity.counted.way == "sum" else n * SCALE
        if not n:
            continue
        for place in places:
            held = found.sums.setdefault((quantity.digest, place, month), [0, 0])
            held[0] += sign * value
            held[1] += sign * n


def _places(levels: tuple[Any, ...]) -> tuple[PlaceKey, ...]:
    return case_places(levels) if len(levels) == len(LEVELS) else (following_place(levels[0]),)


def _count_members(found: Difference, quantity: Quantity, source: Source, month: Func) -> None:
    levels = _level_columns(source)
    rows = (
        _members(quantity, source, month)
        .values_list(*levels, "month", "member")
        .annotate(n=Count("pk"))
        .values_list(*levels, "month", "member", "n")
    )
    for row in rows.iterator():
        *_, number, who, n = row
        found.members[quantity.digest, _places(row[: len(levels)])[-1], month_from(number), who[:120]] = n


def _members(quantity: Quantity, source: Source, month: Func) -> QuerySet[Any]:
    records = source.records(quantity.counted).order_by().filter(condition_of(quantity))
    member = member_column(source, quantity.counted)
    named: QuerySet[Any] = records.annotate(month=month, member=member)
    return named.filter(month__isnull=False, member__isnull=False)
