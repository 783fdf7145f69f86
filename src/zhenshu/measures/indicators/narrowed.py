"""Tell figures of an area unit by unit: office by office, or subject by subject.

Tallies hold areas. What an office did is asked of the records themselves, one statement for each quantity
and period, all units at once; the same records open behind each number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Count, F, QuerySet, Sum, TextField, Value
from django.db.models.functions import Cast, NullIf
from django.utils import timezone

from zhenshu.ground.packs.measures import Counted
from zhenshu.ground.packs.score_checks import office_field
from zhenshu.ground.worktime.periods import Period, months
from zhenshu.measures.indicators.columns import SCALE, JsonText
from zhenshu.measures.indicators.definitions import Plan, Quantity, Series, catalogue
from zhenshu.measures.indicators.evaluate import Board, Material, Row
from zhenshu.measures.indicators.explain import records_behind
from zhenshu.measures.indicators.series import NOTHING, Found, Reports
from zhenshu.measures.indicators.sources import (
    CASES,
    DOSSIERS,
    PLANS,
    POINTS,
    READINGS,
    RECORDS,
    Source,
    amount_column,
    member_column,
    source_of,
)
from zhenshu.measures.indicators.spans import Span, span_of
from zhenshu.measures.indicators.sums import OVER_TIME, Pair, Sums

SUBJECT = "subject"  # in place of the field of an office: the dossier a record is about
_OFFICE = {CASES.subject: "lead_office_id", PLANS.subject: "lead_office_id", RECORDS.subject: "office_id"}
_SUBJECT = {
    CASES.subject: "subject_id",
    PLANS.subject: "subject_id",
    RECORDS.subject: "subject_id",
    DOSSIERS.subject: "pk",
    READINGS.subject: "dossier_id",
    POINTS.subject: "holder_id",
}


def unit_column(counted: Counted, by: str) -> Any:
    """Return the expression that says whose a record is; None where its records name no unit."""
    source = source_of(counted)
    if source is None:
        return None
    if by == SUBJECT:
        return F(_SUBJECT[source.subject])
    key = office_field(counted, by)
    if key:
        return Cast(_said(source, counted, key), BigIntegerField())
    column = _OFFICE.get(source.subject) if by == "office" else None
    return F(column) if column else None


def _said(source: Source, counted: Counted, key: str) -> Any:
    text = JsonText(source.column_of_field(counted, key), key)
    return NullIf(text, Value("", output_field=TextField()), output_field=TextField())


def records_of_unit(quantity: Quantity, area: int, span: Span, *, by: str, unit: int) -> QuerySet[Any]:
    """Return the records of one unit that a quantity counts in an area and span."""
    column = unit_column(quantity.counted, by)
    records = records_behind(quantity, area, span)
    return records.none() if column is None else records.annotate(whose=column).filter(whose=unit)


@dataclass
class _UnitSums(Sums):
    """Sums by unit in place of area, counted when first asked for."""

    area: int = 0
    by: str = "office"
    counted: dict[tuple[str, str], dict[int, Pair]] = field(default_factory=dict)

    def over_spans(self, quantity: Quantity, area: int, over_time: str) -> Pair | None:
        """Return values and numbers of a unit (given in place of the area), one per span."""
        key = (quantity.digest, over_time)
        if key not in self.counted:
            self.counted[key] = self._count(quantity, over_time)
        nothing = [0] * len(self.spans)
        return self.counted[key].get(area, (nothing, nothing))

    def _count(self, quantity: Quantity, over_time: str) -> dict[int, Pair]:
        found: dict[int, Pair] = {}
        for place, span in enumerate(self.spans):
            for unit, (value, n) in self._of_span(quantity, span, over_time).items():
                pair = found.setdefault(unit, ([0] * len(self.spans), [0] * len(self.spans)))
                pair[0][place], pair[1][place] = value, n
        return found

    def _of_span(self, quantity: Quantity, span: Span, over_time: str) -> Mapping[int, tuple[int, int]]:
        whole = quantity.posting == "stock" or over_time == "sum" or quantity.counted.way == "distinct"
        if whole:
            return count_by_unit(quantity, self.area, span, self.by)
        return self._by_month(quantity, span, over_time)

    def _by_month(self, quantity: Quantity, span: Span, over_time: str) -> Mapping[int, tuple[int, int]]:  # type: ignore[override]
        """Return what whole months say, as tallies do: the last one, the highest, or their mean."""
        told = [count_by_unit(quantity, self.area, span_of(one), self.by) for one in months(span.period)]
        units = dict.fromkeys(unit for month in told for unit in month)
        pairs = {unit: [month.get(unit, (0, 0)) for month in told] for unit in units}
        rule = OVER_TIME[over_time]
        return {
            unit: rule([value for value, _n in some], [n for _value, n in some])
            for unit, some in pairs.items()
        }


def count_by_unit(quantity: Quantity, area: int, span: Span, by: str) -> dict[int, tuple[int, int]]:
    """Return value (in ten-thousandths) and number of records of a quantity for each unit that has any."""
    column = unit_column(quantity.counted, by)
    source = source_of(quantity.counted)
    if column is None or source is None:
        return {}
    records = (
        records_behind(quantity, area, span).order_by().annotate(whose=column).filter(whose__isnull=False)
    )
    amount = amount_column(source, quantity.counted)
    if quantity.counted.way == "distinct":
        named = records.annotate(member=member_column(source, quantity.counted)).filter(member__isnull=False)
        rows = named.values_list("whose").annotate(value=Count("member", distinct=True), n=Count("pk"))
        return {unit: (value * SCALE, n) for unit, value, n in rows}
    if amount is None:
        return {unit: (n * SCALE, n) for unit, n in records.values_list("whose").annotate(n=Count("pk"))}
    rows = records.values_list("whose").annotate(value=Sum(amount), n=Count(amount))
    return {unit: (int(value or 0), n) for unit, value, n in rows}


class _NoReports(Reports):
    """Reported series are told of areas, never of offices."""

    def over_span(self, series: Series, area: int, span: Span) -> Found:
        return NOTHING


class UnitBoard(Board):
    """A board whose rows are units instead of areas."""

    def _evaluate(self, plan: Plan, area: int) -> Row:
        """Means over areas have no meaning for a unit."""
        return self._node(plan.node, area)


def evaluate_units(
    codes: Sequence[str], area: int, periods: Sequence[Period], *, by: str, units: Sequence[int]
) -> UnitBoard:
    """Evaluate indicators within an area for each unit; ask the board with the unit in place of the area.

    *by* is ``office``, a field of type office, or `SUBJECT`. Raises what `evaluate_board` raises.
    """
    known = catalogue()
    plans = [known.plan(code) for code in codes]
    spans = [span_of(period) for period in dict.fromkeys(periods)]
    sums = _UnitSums(spans, "then", 0, 0, area=area, by=by)
    material = Material(sums, _NoReports(), timezone.now())
    return UnitBoard(tuple(dict.fromkeys(periods)), spans, plans, list(units), material)
