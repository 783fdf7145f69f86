"""Open the records behind a figure: which they are, how many, and how many of them this person may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import Period, parse_period
from zhenshu.measures.indicators.definitions import (
    Added,
    Computed,
    Node,
    Quantity,
    Quotient,
    catalogue,
    series_in,
)
from zhenshu.measures.indicators.evaluate import Value, evaluate
from zhenshu.measures.indicators.geography import Boundaries, tree
from zhenshu.measures.indicators.models import Reported
from zhenshu.measures.indicators.sources import source_of
from zhenshu.measures.indicators.spans import Span, span_of
from zhenshu.measures.indicators.sums import between, has_begun, records_dated
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.visibility import visible_records
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.dossiers.models import Dossier, Reading
from zhenshu.registers.dossiers.visibility import visible_dossiers
from zhenshu.registers.engines.models import PointTransfer
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.visibility import visible_items

LONG_AGO = date(1900, 1, 1)
Visible = Callable[[QuerySet[Any], Scope], QuerySet[Any]]


def _cases(records: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """The rule is asked of the records only: of all cases it costs minutes for who sees by office."""
    return visible_cases(scope).filter(pk__in=records.order_by().values("pk")).order_by("pk")


def _dossiers(records: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    return records.filter(pk__in=visible_dossiers(scope).values("pk"))


def _readings(records: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    return records.filter(dossier_id__in=visible_dossiers(scope).values("pk"))


def _plan_items(records: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    return records.filter(pk__in=visible_items(scope).order_by().values("pk"))


def _records(records: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    return records.filter(pk__in=visible_records(scope).order_by().values("pk"))


def _points(records: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    return records.filter(holder_id__in=visible_dossiers(scope).values("pk"))


VISIBLE: dict[type[Model], Visible] = {
    Case: _cases,
    Dossier: _dossiers,
    Reading: _readings,
    PlanItem: _plan_items,
    Record: _records,
    PointTransfer: _points,
}


@dataclass(frozen=True)
class Group:
    """The records of one part of a figure. *count* is how many there are, also those one may not see."""

    title: str
    kind: str
    records: QuerySet[Any]
    count: int
    seen: int

    @property
    def hidden(self) -> int:
        return self.count - self.seen


@dataclass(frozen=True)
class Explanation:
    """A figure, the records that make it up part by part, and the reported values it rests on."""

    value: Value
    groups: tuple[Group, ...]
    reported: QuerySet[Reported]


def explain(
    code: str,
    area: Area | int,
    period: Period | str,
    *,
    scope: Scope,
    on: date | None = None,
    boundaries: Boundaries = "then",
) -> Explanation:
    """Return a figure with the records behind it, as far as *scope* may see them; counts tell the rest."""
    plan = catalogue().plan(code)
    area_id = area if isinstance(area, int) else area.pk
    asked = parse_period(period) if isinstance(period, str) else period
    span = span_of(asked, on)
    value = evaluate(code, area_id, asked, on=on, boundaries=boundaries)
    groups = tuple(
        _group(title, quantity, records_behind(quantity, area_id, span, boundaries), scope)
        for title, quantity in parts_of(plan.node, "")
        if source_of(quantity.counted) is not None
    )
    return Explanation(value, groups, _reported_behind(plan.node, area_id, span))


def parts_of(node: Node, title: str = "") -> Iterator[tuple[str, Quantity]]:
    """Yield the quantities a figure is made of, each with the name of its part."""
    match node:
        case Added(quantity=quantity, left_out=left_out):
            yield title or _("Records"), quantity
            if left_out is not None:
                yield _("Left out"), left_out
        case Quotient(numerator=numerator, denominator=denominator):
            yield from parts_of(numerator, _("Numerator"))
            yield from parts_of(denominator, _("Denominator"))
        case Computed(nodes=nodes):
            for code, inner in nodes.items():
                yield from parts_of(inner, catalogue().plan(code).kind.name)


def records_behind(
    quantity: Quantity, area: int, span: Span, boundaries: Boundaries = "then"
) -> QuerySet[Any]:
    """Return the records that a quantity counts in an area and span; for a stock those there at its end."""
    source = source_of(quantity.counted)
    assert source is not None
    if quantity.posting != "stock":
        found = records_dated(quantity, area, boundaries, span.start, span.end)
    else:
        everything = records_dated(quantity, area, boundaries, LONG_AGO, span.end)
        found = everything.filter(has_begun(source, quantity))
        if source.leaves(quantity.counted.at):
            ended = between(source.end, LONG_AGO, span.end)
            found = found.filter(~ended | Q(**{f"{source.end}__isnull": True}))
    if quantity.counted.way == "sum":
        found = _with_amount(quantity, found)
    return found.order_by("pk")


def _with_amount(quantity: Quantity, records: QuerySet[Any]) -> QuerySet[Any]:
    """Records that have nothing to add are not part of a sum."""
    source = source_of(quantity.counted)
    assert source is not None
    assert quantity.counted.field is not None
    path = f"{source.column_of_field(quantity.counted, quantity.counted.field)}__{quantity.counted.field}"
    return records.filter(Q(**{f"{path}__isnull": False}) & ~Q(**{path: None}))


def _group(title: str, quantity: Quantity, records: QuerySet[Any], scope: Scope) -> Group:
    seen = VISIBLE[records.model](records, scope)
    return Group(title, quantity.counted.full_code, seen, records.count(), seen.count())


def _reported_behind(node: Node, area: int, span: Span) -> QuerySet[Reported]:
    """Return the reported values that may go into a figure: of the area and of those below it."""
    codes = {series.code for series in series_in(node)}
    inside = [pk for pk, one in tree().nodes.items() if area in one.storeys]
    rows = Reported.objects.filter(
        indicator__in=codes, area_id__in=inside, replaced_by=None, end_day__lte=span.end
    )
    return rows.filter(first_day__gte=span.start.replace(month=1, day=1)).order_by("first_day", "end_day")
