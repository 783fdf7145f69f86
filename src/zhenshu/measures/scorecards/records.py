"""The records behind one score, as far as a person may see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import ScorecardKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import Period
from zhenshu.measures.indicators.definitions import Added, Computed, Node, Quantity, Quotient, catalogue
from zhenshu.measures.indicators.explain import VISIBLE, parts_of, records_behind
from zhenshu.measures.indicators.narrowed import records_of_unit
from zhenshu.measures.indicators.sources import source_of
from zhenshu.measures.indicators.spans import span_of
from zhenshu.measures.scorecards.readings import by_of, span_of_way
from zhenshu.measures.scorecards.standing import Item


@dataclass(frozen=True)
class Behind:
    """The records of one part of a score; *hidden* are counted, but this person may not see them.

    *aside* are those that the definition leaves out.
    """

    title: str
    kind: str
    records: QuerySet[Any]
    count: int
    hidden: int
    aside: bool


def records_of_score(
    card: ScorecardKind, area: Area, period: Period, item: Item, unit_id: int, scope: Scope
) -> list[Behind]:
    """Return the records that make up one score now, part by part; nothing for what is given by hand."""
    plan = catalogue().plans.get(item.indicator)
    if plan is None:
        return []
    span, by = span_of(span_of_way(item.way, item.over, period)), by_of(card)
    found = []
    aside = {one.digest for one in left_out_of(plan.node)}
    for title, quantity in parts_of(plan.node):
        if source_of(quantity.counted) is None:
            continue
        whole = (
            records_of_unit(quantity, area.pk, span, by=by, unit=unit_id)
            if by
            else records_behind(quantity, unit_id, span)
        )
        seen, count = VISIBLE[whole.model](whole, scope), whole.count()
        found.append(
            Behind(
                title, quantity.counted.full_code, seen, count, count - seen.count(), quantity.digest in aside
            )
        )
    return found


def left_out_of(node: Node) -> Iterator[Quantity]:
    """Yield the quantities that count what the parts of a figure leave out."""
    match node:
        case Added(left_out=left_out) if left_out is not None:
            yield left_out
        case Quotient(numerator=upper, denominator=lower):
            yield from left_out_of(upper)
            yield from left_out_of(lower)
        case Computed(nodes=nodes):
            for inner in nodes.values():
                yield from left_out_of(inner)
